using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Who guesses passwords.</summary>
internal static class GuardCommand
{
    private const string NeedsDaemon = "The running daemon guards, so this needs one.";

    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("guard", "Show who is taken to be guessing passwords, or let somebody in again.")
        {
            Details = [NeedsDaemon],
            Examples = [new("Who is locked out?", "guard show"), new("Let alice in again", "guard clear --login alice")],
        };
        command.Add(Show(environment));
        command.Add(Clear(environment));
        return command;
    }

    private static TaughtCommand Show(CommandEnvironment environment)
    {
        var json = CommandOptions.Json();
        var command = new TaughtCommand("show", "Show who is taken to be guessing passwords, and who is locked out.")
        {
            Details =
            [
                "login: from networks that are not its own. known: from one that is. proxied: through a trusted proxy. network: all logins from there whose own it is not. " +
                "Guesses are different wrong passwords; after a lock the counting begins anew.",
                NeedsDaemon,
            ],
            Examples =
            [
                new("A look", "guard show"),
                new("Locked networks, for a script", "guard show --json | jq -r '.entries[] | select(.lockedUntil) | .subject'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "shown, also when there is nobody"),
                (ExitStatus.CannotTell, "no daemon answers, or the command was not understood"),
            ],
        };
        return command.With(json).Runs((parsed, token) => new DaemonAccess(environment).UseDaemonAsync(
            parsed.GetValue(CommandOptions.Config),
            ExitStatus.CannotTell,
            async administration => Reporting.Show(
                environment, parsed.GetValue(json), await administration.ShowGuardAsync(token), AdminJson.Default.GuardList, GuardPage.Write)));
    }

    private static TaughtCommand Clear(CommandEnvironment environment)
    {
        var login = new Option<string?>("--login") { HelpName = "LOGIN", Description = "A login, or an address that one account owns: wherever it comes from." };
        var client = new Option<string?>("--client") { HelpName = "ADDRESS", Description = "The network of this client: whatever the login." };
        var json = CommandOptions.Json();
        var command = new TaughtCommand("clear", "Let somebody in again who was taken to be guessing passwords.")
        {
            Details = ["What was counted is forgotten too, on all nodes within seconds. It is in the log with the user who did it.", NeedsDaemon],
            Examples = [new("Let alice in again", "guard clear --login alice"), new("Let an office in again", "guard clear --client 192.0.2.7")],
            Statuses =
            [
                (ExitStatus.Yes, "nothing is counted or locked any more"),
                (ExitStatus.No, "nothing was counted or locked there"),
                (ExitStatus.CannotTell, "no daemon answers, a directory could not be asked, or the command was not understood"),
            ],
        };
        command.Add(login);
        command.Add(client);
        command.Validators.Add(result =>
        {
            if (result.GetValue(login) is null == result.GetValue(client) is null) result.AddError("give --login or --client, one of the two");
        });
        return command.With(json).Runs((parsed, token) => new DaemonAccess(environment).UseDaemonAsync(
            parsed.GetValue(CommandOptions.Config),
            ExitStatus.CannotTell,
            async administration => Reporting.Show(
                environment,
                parsed.GetValue(json),
                await administration.ClearGuardAsync(new GuardTarget(parsed.GetValue(login), parsed.GetValue(client)), token),
                AdminJson.Default.ChangeReport,
                (page, report) => page.Line(report.Message))));
    }
}
