using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>The domains that are ours by the directory in PostgreSQL or SQLite.</summary>
internal static class DomainCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("domain", "Add, remove, list or change domains of the directory in PostgreSQL or SQLite.")
        {
            Details = [DirectoryCommands.Detail],
            Examples = [new("A new domain", "domain add truenorth.local"), new("Which ones there are", "domain list")],
        };
        command.Add(Add(environment));
        command.Add(Remove(environment));
        command.Add(List(environment));
        command.Add(Set(environment));
        return command;
    }

    private static Argument<string> Name() => new("name") { HelpName = "DOMAIN", Description = "A domain, in letters of any language." };

    private static TaughtCommand Add(CommandEnvironment environment)
    {
        var name = Name();
        var enabled = DirectoryCommands.Enabled("Whether its accounts have any right. Default: true.");
        return new TaughtCommand("add", "Make a domain one of ours.")
        {
            Examples =
            [
                new("A new domain", "domain add truenorth.local"),
                new("One that is not to work yet", "domain add new.example --enabled false"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("it is there already"),
        }
        .With(name, enabled)
        .Changes<DomainOrder>(
            environment,
            parsed => new DomainOrder(MailboxChange.Add, parsed.GetRequiredValue(name), DirectoryCommands.ReadEnabled(parsed, enabled)),
            (mailboxes, order, token) => mailboxes.ChangeDomainAsync(order, token));
    }

    private static TaughtCommand Remove(CommandEnvironment environment)
    {
        var name = Name();
        return new TaughtCommand("remove", "Remove a domain that has no accounts and no aliases any more.")
        {
            Examples =
            [
                new("A domain that moved away", "domain remove old.example"),
                new("What is still in it", "account list --domain old.example"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("there is no such domain, or it is not empty"),
        }
        .With(name)
        .Changes<DomainOrder>(
            environment,
            parsed => new DomainOrder(MailboxChange.Remove, parsed.GetRequiredValue(name)),
            (mailboxes, order, token) => mailboxes.ChangeDomainAsync(order, token));
    }

    private static TaughtCommand Set(CommandEnvironment environment)
    {
        var name = Name();
        var enabled = DirectoryCommands.Enabled("false: the domain stays ours, but none of its accounts has any right.");
        var limits = new AmountOption(
            environment,
            "Its own amount of a configured limit: of one on domains for the domain, of one on logins for each account in it that has none of its own. domain-day= takes it away. Repeatable.");
        return new TaughtCommand("set", "Change a domain; what is not named stays as it is.")
        {
            Examples =
            [
                new("Stop everything of a domain", "domain set new.example --enabled false"),
                new("And back", "domain set new.example --enabled true"),
                new("It may send more than others", "domain set truenorth.local --limit domain-day=20000"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("there is no such domain"),
        }
        .With(name, enabled, limits.Symbol)
        .Changes<DomainOrder>(
            environment,
            parsed => new DomainOrder(MailboxChange.Set, parsed.GetRequiredValue(name), DirectoryCommands.ReadEnabled(parsed, enabled), limits.Read(parsed)),
            (mailboxes, order, token) => mailboxes.ChangeDomainAsync(order, token));
    }

    private static TaughtCommand List(CommandEnvironment environment) =>
        new TaughtCommand("list", "List the domains with the number of their accounts and aliases, and their amounts of limits.")
        {
            Examples = [new("A look", "domain list"), new("Names, for a script", "domain list --json | jq -r '.domains[].name'")],
            Statuses = DirectoryCommands.ListStatuses,
        }
        .Lists(
            environment,
            (mailboxes, _, token) => mailboxes.ListDomainsAsync(token),
            AdminJson.Default.DomainList,
            MailboxPages.Write);
}
