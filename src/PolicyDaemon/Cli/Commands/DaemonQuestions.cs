using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Commands that put one question to the running daemon and show its answer.</summary>
internal static class DaemonQuestions
{
    /// <summary>Makes <paramref name="command"/> such a command, with <c>--json</c>.</summary>
    /// <param name="status">Of an answer; null: always <see cref="ExitStatus.Yes"/>.</param>
    /// <param name="withoutDaemon">The exit status when none answers.</param>
    public static TaughtCommand AsksDaemon<TReport>(
        this TaughtCommand command,
        CommandEnvironment environment,
        Func<IAdministration, ParseResult, CancellationToken, ValueTask<Outcome<TReport>>> ask,
        JsonTypeInfo<TReport> type,
        Action<Page, TReport> show,
        Func<TReport, int>? status = null,
        int withoutDaemon = ExitStatus.CannotTell)
        where TReport : class
    {
        var json = CommandOptions.Json();
        command.Add(json);
        command.SetAction((parsed, token) => new DaemonAccess(environment).UseDaemonAsync(
            parsed.GetValue(CommandOptions.Config),
            withoutDaemon,
            async administration => Reporting.Show(environment, parsed.GetValue(json), await ask(administration, parsed, token), type, show, status)));
        return command;
    }
}
