using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>The aliases of the directory in PostgreSQL or SQLite.</summary>
internal static class AliasCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("alias", "Add, remove, list or change aliases of the directory in PostgreSQL or SQLite.")
        {
            Details =
            [
                DirectoryCommands.Detail,
                "An alias with one destination gives that account the right to send as it. One with several is a list, and nobody " +
                "sends as it without account set --send-as.",
            ],
            Examples =
            [
                new("Sales mail goes to alice, who may send as sales", "alias add sales@truenorth.local alice@truenorth.local"),
                new("A catch-all", "alias add @truenorth.local alice@truenorth.local"),
                new("Which ones there are", "alias list"),
            ],
        };
        command.Add(Add(environment));
        command.Add(Remove(environment));
        command.Add(List(environment));
        command.Add(Set(environment));
        return command;
    }

    private static Argument<string> Source() => new("source")
    {
        HelpName = "SOURCE",
        Description = "The alias: an address in a domain of ours, or @domain for its catch-all.",
    };

    private static TaughtCommand Add(CommandEnvironment environment)
    {
        var source = Source();
        var destination = new Argument<string>("destination") { Description = "Where mail to it goes: any address." };
        return new TaughtCommand("add", "Add a destination to an alias, which is made when it is not there.")
        {
            Examples =
            [
                new("A second name for alice", "alias add a.miller@truenorth.local alice@truenorth.local"),
                new("One more member of a list", "alias add team@truenorth.local bob@truenorth.local"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("it is there already, or the domain is not"),
        }
        .With(source, destination)
        .Changes<AliasOrder>(
            environment,
            parsed => new AliasOrder(MailboxChange.Add, parsed.GetRequiredValue(source), [parsed.GetRequiredValue(destination)]),
            (mailboxes, order, token) => mailboxes.ChangeAliasAsync(order, token));
    }

    private static TaughtCommand Remove(CommandEnvironment environment)
    {
        var source = Source();
        var destination = new Argument<string?>("destination")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Only this destination. Default: the whole alias.",
        };
        return new TaughtCommand("remove", "Remove an alias, or one of its destinations.")
        {
            Examples =
            [
                new("bob leaves the list", "alias remove team@truenorth.local bob@truenorth.local"),
                new("The whole alias", "alias remove sales@truenorth.local"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("there is no such alias or destination"),
        }
        .With(source, destination)
        .Changes<AliasOrder>(
            environment,
            parsed => new AliasOrder(
                MailboxChange.Remove, parsed.GetRequiredValue(source), parsed.GetValue(destination) is { } one ? [one] : []),
            (mailboxes, order, token) => mailboxes.ChangeAliasAsync(order, token));
    }

    private static TaughtCommand Set(CommandEnvironment environment)
    {
        var source = Source();
        var destinations = new Argument<string[]>("destination")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "All destinations. None: they stay as they are.",
        };
        var senders = new MemberOptions(
            "--open-to", "--not-open-to", "Who may write to it, besides those who may already; without any, everyone may");
        return new TaughtCommand("set", "Replace the destinations of an alias, or say who may write to it.")
        {
            Examples =
            [
                new("The list has these members", "alias set team@truenorth.local alice@truenorth.local bob@truenorth.local"),
                new("Only people of the domain may write to it", "alias set team@truenorth.local --open-to @truenorth.local"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("there is no such alias"),
        }
        .With(source, destinations, senders.Added, senders.Removed)
        .Changes<AliasOrder>(
            environment,
            parsed => new AliasOrder(
                MailboxChange.Set, parsed.GetRequiredValue(source), parsed.GetValue(destinations) ?? [], senders.Read(parsed)),
            (mailboxes, order, token) => mailboxes.ChangeAliasAsync(order, token));
    }

    private static TaughtCommand List(CommandEnvironment environment)
    {
        var domain = DirectoryCommands.DomainFilter();
        return new TaughtCommand("list", "List aliases with their destinations.")
        {
            Examples = [new("All", "alias list"), new("Of one domain", "alias list --domain truenorth.local")],
            Statuses = DirectoryCommands.ListStatuses,
        }
        .With(domain)
        .Lists(
            environment,
            (mailboxes, parsed, token) => mailboxes.ListAliasesAsync(new ListRequest(parsed.GetValue(domain)), token),
            AdminJson.Default.AliasList,
            MailboxPages.Write);
    }
}
