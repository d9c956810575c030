using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>What <c>domain</c>, <c>account</c> and <c>alias</c> have in common.</summary>
internal static class DirectoryCommands
{
    public const string Detail =
        "This is the directory in PostgreSQL, its tables virtual_domains, virtual_users and virtual_aliases, where directory.postgres.adminConnectionString " +
        "is set, and else that in the SQLite file (directory.sqlite.path); what LDAP or another database holds is changed there. A " +
        "change is in force for the next question, and works without a running daemon too.";

    /// <summary>Makes <paramref name="command"/> change something.</summary>
    /// <param name="read">The order that the command line means; may ask for a password.</param>
    /// <param name="finish">What follows when it is done; is told whether the output is JSON, and returns the exit status.</param>
    public static TaughtCommand Changes<TOrder>(
        this TaughtCommand command,
        CommandEnvironment environment,
        Func<ParseResult, Outcome<TOrder>> read,
        Func<IMailboxes, TOrder, CancellationToken, ValueTask<Outcome<ChangeReport>>> carryOut,
        Func<ParseResult, TOrder, bool, CancellationToken, Task<int>>? finish = null)
        where TOrder : class
    {
        var json = CommandOptions.Json();
        command.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            if (!read(parsed).TryGetReport(out var order, out var refusal)) return Reporting.Complain(environment, refusal);
            var isForProgram = parsed.GetValue(json);
            var status = await new MailboxAccess(environment).UseAsync(
                parsed.GetValue(CommandOptions.Config),
                async mailboxes => Reporting.Show(
                    environment,
                    isForProgram,
                    await carryOut(mailboxes, order, token),
                    AdminJson.Default.ChangeReport,
                    (page, report) => page.Line(report.Message)));
            return status == ExitStatus.Yes && finish is not null ? await finish(parsed, order, isForProgram, token) : status;
        });
        return command;
    }

    /// <summary>Makes <paramref name="command"/> list something.</summary>
    public static TaughtCommand Lists<TList>(
        this TaughtCommand command,
        CommandEnvironment environment,
        Func<IMailboxes, ParseResult, CancellationToken, ValueTask<Outcome<TList>>> read,
        JsonTypeInfo<TList> type,
        Action<Page, TList> show)
        where TList : class
    {
        var json = CommandOptions.Json();
        command.Add(json);
        command.SetAction((parsed, token) => new MailboxAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            async mailboxes => Reporting.Show(
                environment, parsed.GetValue(json), await read(mailboxes, parsed, token), type, show)));
        return command;
    }

    public static IReadOnlyList<(int, string)> ChangeStatuses(string no) =>
    [
        (ExitStatus.Yes, "done"),
        (ExitStatus.No, no),
        (ExitStatus.CannotTell, "the store could not be asked, or the command was not understood; nothing was changed"),
    ];

    public static IReadOnlyList<(int, string)> ListStatuses { get; } =
        [
            (ExitStatus.Yes, "listed, also when there is none"),
            (ExitStatus.CannotTell, "the store could not be asked, or the command was not understood"),
        ];

    public static Option<string?> DomainFilter() => new("--domain")
    {
        HelpName = "DOMAIN",
        Description = "Only of this domain. Default: all.",
    };

    public static Option<string?> Enabled(string description)
    {
        var option = new Option<string?>("--enabled") { HelpName = "true|false", Description = description };
        option.TakeOneOf("true", "false");
        return option;
    }

    public static bool? ReadEnabled(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } word ? word == "true" : null;
}
