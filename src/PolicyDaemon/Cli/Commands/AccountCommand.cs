using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>The accounts of the directory in PostgreSQL or SQLite.</summary>
internal static class AccountCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("account", "Add, remove, list or change accounts of the directory in PostgreSQL or SQLite.")
        {
            Details = [DirectoryCommands.Detail, "The login of an account is its address."],
            Examples =
            [
                new("A new account; asks for the password", "account add alice@truenorth.local"),
                new("Take away sending and nothing else", "account set carol@truenorth.local --send-allowed false"),
                new("Which ones there are", "account list"),
            ],
        };
        command.Add(Add(environment));
        command.Add(Remove(environment));
        command.Add(List(environment));
        command.Add(Set(environment));
        return command;
    }

    private static Argument<string> Login() => new("login")
    {
        HelpName = "ADDRESS",
        Description = "The account's address, which is its login.",
    };

    private static TaughtCommand Add(CommandEnvironment environment)
    {
        var login = Login();
        var scheme = CommandOptions.Scheme();
        var options = new AccountOptions(environment);
        return new TaughtCommand("add", "Add an account; its password is asked for.")
        {
            Details =
            [
                "The password is typed twice and not shown, or read as one line from standard input; only its hash leaves this command.",
            ],
            Examples =
            [
                new("Asks for the password", "account add alice@truenorth.local"),
                new("With 2 GB and the password from a file", "account add bob@truenorth.local --quota 2G < bob.password"),
                new("Receives and logs in, but may not send", "account add carol@truenorth.local --send-allowed false"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("it is there already, or its domain is not"),
        }
        .With([login, scheme, .. options.All])
        .Changes<AccountOrder>(
            environment,
            parsed => PasswordPrompt.ReadHash(environment.Terminal, parsed.GetRequiredValue(login), parsed.GetValue(scheme))
                .TryGetReport(out var hash, out var refusal)
                    ? options.Read(parsed, new AccountOrder(MailboxChange.Add, parsed.GetRequiredValue(login), hash))
                    : refusal,
            (mailboxes, order, token) => mailboxes.ChangeAccountAsync(order, token));
    }

    private static TaughtCommand Set(CommandEnvironment environment)
    {
        var login = Login();
        var password = new Option<bool>("--password") { Description = "Ask for a new password, as account add does." };
        var scheme = CommandOptions.Scheme();
        var options = new AccountOptions(environment);
        var sessions = new SessionOptions(environment);
        return new TaughtCommand("set", "Change an account; what is not named stays as it is.")
        {
            Examples =
            [
                new("Take away sending and nothing else", "account set carol@truenorth.local --send-allowed false"),
                new("A new password, and out with whoever is logged in with the old one", "account set alice@truenorth.local --password --kick"),
                new(
                    "May also send as the list, and 500 recipients a day",
                    "account set alice@truenorth.local --send-as team@truenorth.local --limit login-day=500"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("there is no such account"),
        }
        .With([login, password, scheme, .. options.All, .. sessions.All])
        .Changes<AccountOrder>(
            environment,
            parsed =>
            {
                var order = new AccountOrder(MailboxChange.Set, parsed.GetRequiredValue(login));
                if (!parsed.GetValue(password)) return options.Read(parsed, order);
                return PasswordPrompt.ReadHash(environment.Terminal, order.Login, parsed.GetValue(scheme))
                    .TryGetReport(out var hash, out var refusal)
                    ? options.Read(parsed, order with { PasswordHash = hash })
                    : refusal;
            },
            (mailboxes, order, token) => mailboxes.ChangeAccountAsync(order, token),
            sessions.FinishAsync);
    }

    private static TaughtCommand Remove(CommandEnvironment environment)
    {
        var login = Login();
        var sessions = new SessionOptions(environment);
        return new TaughtCommand("remove", "Remove an account with its rights and limits; its mail stays where it is.")
        {
            Examples =
            [
                new("Gone for good", "account remove bob@truenorth.local"),
                new("Rather keep it, without any right", "account set bob@truenorth.local --enabled false"),
            ],
            Statuses = DirectoryCommands.ChangeStatuses("there is no such account"),
        }
        .With([login, .. sessions.All])
        .Changes<AccountOrder>(
            environment,
            parsed => new AccountOrder(MailboxChange.Remove, parsed.GetRequiredValue(login)),
            (mailboxes, order, token) => mailboxes.ChangeAccountAsync(order, token),
            sessions.FinishAsync);
    }

    private static TaughtCommand List(CommandEnvironment environment)
    {
        var domain = DirectoryCommands.DomainFilter();
        return new TaughtCommand("list", "List accounts with what they may do; never with passwords.")
        {
            Examples =
            [
                new("All", "account list"),
                new("Of one domain, for a script", "account list --domain truenorth.local --json | jq -r '.accounts[].login'"),
            ],
            Statuses = DirectoryCommands.ListStatuses,
        }
        .With(domain)
        .Lists(
            environment,
            (mailboxes, parsed, token) => mailboxes.ListAccountsAsync(new ListRequest(parsed.GetValue(domain)), token),
            AdminJson.Default.AccountList,
            MailboxPages.Write);
    }
}
