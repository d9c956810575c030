using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Says how the running daemon is.</summary>
internal static class StatusCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("status", "Show how the running daemon is: version, listeners, sources and their last error.")
        {
            Examples =
            [
                new("A look", "status"),
                new("Sources that are down, for a script", "status --json | jq -r '.sources[] | select(.state == \"down\") | .name'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "it runs and every source answers"),
                (ExitStatus.No, "it does not run, or a source is down"),
                (ExitStatus.CannotTell, "it could not be asked"),
            ],
        };
        return command.AsksDaemon(
            environment,
            (administration, _, token) => administration.ReadStatusAsync(token),
            AdminJson.Default.StatusReport,
            StatusPage.Write,
            report => report.Sources.Any(source => source.State == SourceState.Down) ? ExitStatus.No : ExitStatus.Yes,
            withoutDaemon: ExitStatus.No);
    }
}
