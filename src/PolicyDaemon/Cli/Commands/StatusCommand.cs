using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Watch;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Says how the running daemon is.</summary>
internal static class StatusCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("status", "Show how the running daemon is: listeners, sources, disks, mail stores, the ledger of deliveries.")
        {
            Examples =
            [
                new("A look", "status"),
                new("Sources that are down, for a script", "status --json | jq -r '.sources[] | select(.state == \"down\") | .name'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "it runs, every source and mail store answers, and nothing watched is critical"),
                (ExitStatus.No, "it does not run, a source or a mail store is down, or a disk or the queue is critical"),
                (ExitStatus.CannotTell, "it could not be asked"),
            ],
        };
        return command.AsksDaemon(
            environment,
            (administration, _, token) => administration.ReadStatusAsync(token),
            AdminJson.Default.StatusReport,
            StatusPage.Write,
            IsWell,
            withoutDaemon: ExitStatus.No);
    }

    private static int IsWell(StatusReport report) =>
        report.Sources.Any(source => source.State == SourceState.Down) || report.Lmtp?.Backends.Any(backend => backend.State == SourceState.Down) == true || report.Watched.Any(watched => watched is { Level: WatchLevel.Critical, Cause: null })
            ? ExitStatus.No
            : ExitStatus.Yes;
}
