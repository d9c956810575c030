using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Asks the directories about one key.</summary>
internal static class LookupCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("lookup", "Show what the directories know about an account, an address or a domain.")
        {
            Details =
            [
                "All sources are asked as the checks ask them, and every question on the way is shown with its answer, source, entry " +
                "and age.",
            ],
            Examples =
            [
                new("What may alice do, and who says so?", "lookup account alice"),
                new("Where does mail to an alias go?", "lookup address sales@truenorth.local"),
                new("Is the domain ours?", "lookup domain truenorth.local"),
            ],
        };
        command.Add(Create(environment, LookupKind.Account, "LOGIN", "A login, or an address that one account owns.",
            "Show an account: what each source says, its rights, addresses and block.",
            [
                new("By login", "lookup account alice"),
                new("By an address of it", "lookup account alice.miller@truenorth.local"),
                new("Its rights, for a script", "lookup account alice --json | jq '.accounts[0].rights'"),
            ]));
        command.Add(Create(environment, LookupKind.Address, "ADDRESS", "An address; @example.org is the catch-all of a domain.",
            "Show an address: who owns it, where mail to it goes, and each alias that was followed.",
            [
                new("A person or an alias", "lookup address sales@truenorth.local"),
                new("A tagged address", "lookup address alice+lists@truenorth.local"),
                new("A catch-all", "lookup address @truenorth.local"),
            ]));
        command.Add(Create(environment, LookupKind.Domain, "DOMAIN", "A domain, in letters of any language.",
            "Show a domain: whether it is ours, and who says so.",
            [new("Ours?", "lookup domain truenorth.local"), new("In a script", "lookup domain example.org --json | jq .isOurs")]));
        return command;
    }

    private static TaughtCommand Create(
        CommandEnvironment environment,
        LookupKind kind,
        string keyName,
        string keyDescription,
        string description,
        IReadOnlyList<Example> examples)
    {
        var key = new Argument<string>("key") { HelpName = keyName, Description = keyDescription };
        var offline = CommandOptions.Offline();
        var json = CommandOptions.Json();
        var name = kind switch { LookupKind.Account => "account", LookupKind.Address => "address", _ => "domain" };
        var command = new TaughtCommand(name, description)
        {
            Examples = examples,
            Statuses =
            [
                (ExitStatus.Yes, "found"),
                (ExitStatus.No, "not found"),
                (ExitStatus.CannotTell, "a source could not be asked, or the command was not understood"),
            ],
        };
        command.Add(key);
        command.Add(offline);
        command.Add(json);
        command.SetAction((parsed, token) => new DaemonAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            parsed.GetValue(offline),
            remarkWithoutDaemon: null,
            async administration => Reporting.Show(
                environment,
                parsed.GetValue(json),
                await administration.LookUpAsync(new LookupRequest(kind, parsed.GetRequiredValue(key)), token),
                AdminJson.Default.LookupReport,
                LookupPage.Write,
                report => report.Answer switch
                {
                    LookupAnswer.Found => ExitStatus.Yes,
                    LookupAnswer.NotFound => ExitStatus.No,
                    _ => ExitStatus.CannotTell,
                })));
        return command;
    }
}
