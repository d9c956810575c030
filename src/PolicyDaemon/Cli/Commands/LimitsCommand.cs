using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>What is counted for limits.</summary>
internal static class LimitsCommand
{
    private const string NeedsDaemon = "The running daemon counts, so this needs one.";

    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("limits", "Show how much of the limits somebody has used, or begin to count anew.")
        {
            Details = [NeedsDaemon],
            Examples = [new("How much has alice sent?", "limits show --login alice"), new("Let her send again", "limits reset --login alice")],
        };
        command.Add(Show(environment));
        command.Add(Reset(environment));
        return command;
    }

    private static TaughtCommand Show(CommandEnvironment environment)
    {
        var target = new LimitTargetSymbols();
        var command = new TaughtCommand("show", "Show how much of the limits somebody has used.")
        {
            Details =
            [
                "What is used is counted in the present window; of is the amount that passes, with what the directory says about this account or domain. " +
                "Fits in: when one more would pass, if nobody else sent.",
                NeedsDaemon,
            ],
            Examples =
            [
                new("All limits on a login", "limits show --login alice"),
                new("One counter, as the log names it", "limits show login-hour/login:alice"),
                new("A client's network", "limits show --client 192.0.2.7"),
                new("Full ones, for a script", "limits show --login alice --json | jq '.limits[] | select(.used >= .amount)'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "shown, also when nothing is counted"),
                (ExitStatus.No, "there is no such limit"),
                (ExitStatus.CannotTell, "no daemon answers, the counters or a directory could not be asked, or the command was not understood"),
            ],
        };
        target.AddTo(command);
        return command.AsksDaemon(
            environment,
            (administration, parsed, token) => administration.ShowLimitsAsync(target.Read(parsed), token),
            AdminJson.Default.LimitUseList,
            LimitsPage.Write);
    }

    private static TaughtCommand Reset(CommandEnvironment environment)
    {
        var target = new LimitTargetSymbols();
        var command = new TaughtCommand("reset", "Forget what is counted for somebody: the limits are empty again.")
        {
            Details =
            [
                "For a mistake that is mended: from now on the whole amount passes again, so more than it may pass in one window. Who may always send " +
                "more has an amount of its own (account set --limit). It is in the log with the user who did it.",
                NeedsDaemon,
            ],
            Examples = [new("All limits on a login", "limits reset --login alice"), new("One counter", "limits reset login-hour/login:alice")],
            Statuses =
            [
                (ExitStatus.Yes, "nothing is counted any more"),
                (ExitStatus.No, "there is no such limit; nothing was changed"),
                (ExitStatus.CannotTell, "no daemon answers, the counters or a directory could not be asked, or the command was not understood"),
            ],
        };
        target.AddTo(command);
        return command.AsksDaemon(
            environment,
            (administration, parsed, token) => administration.ResetLimitsAsync(target.Read(parsed), token),
            AdminJson.Default.ChangeReport,
            (page, report) => page.Line(report.Message));
    }
}
