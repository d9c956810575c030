using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>The accounts that are kept in memory, and the server that they come from.</summary>
internal static class LdapCommand
{
    private const string NeedsDaemon = "The accounts are in the memory of the running daemon, so this needs one.";

    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("ldap", "Show how the LDAP directory is followed, or confirm what it says.")
        {
            Details = [NeedsDaemon],
            Examples = [new("Is it followed, and how old is what we know?", "ldap show"), new("The directory did shrink, and it is right", "ldap accept")],
        };
        command.Add(Show(environment));
        command.Add(Accept(environment));
        return command;
    }

    private static TaughtCommand Show(CommandEnvironment environment) =>
        new TaughtCommand("show", "Show how the LDAP directory is followed: connection, age, accounts, cookie, what is withheld.")
        {
            Details =
            [
                NeedsDaemon,
                "connected: changes are in force milliseconds after they are made. lagging: connected, but behind. refreshing: what " +
                "changed is on its way. disconnected: what is in memory answers, for directory.ldap.staleFor. cannot be followed: the " +
                "server does not offer it and is asked for each question.",
            ],
            Examples =
            [
                new("A look", "ldap show"),
                new("Seconds since the server was last heard, for a script", "ldap show --json | jq '.sync.ageMs / 1000'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "it is followed, or asked in mode lookup, and nothing is withheld"),
                (ExitStatus.No, "it is not: disconnected, lagging, stale, cannot be followed, or accounts are withheld or older; or there is no LDAP source"),
                (ExitStatus.CannotTell, "no daemon answers, or the command was not understood"),
            ],
        }
        .AsksDaemon(
            environment,
            (administration, _, token) => administration.ReadLdapAsync(token),
            AdminJson.Default.LdapReport,
            LdapPage.Write,
            report => report.IsWell ? ExitStatus.Yes : ExitStatus.No);

    private static TaughtCommand Accept(CommandEnvironment environment)
    {
        var yes = new Option<bool>("--yes") { Description = "Do not ask whether it is meant." };
        var json = CommandOptions.Json();
        return new TaughtCommand("accept", "Confirm that what the LDAP server has counts, whatever it takes away.")
        {
            Details =
            [
                "When many accounts disappear at once, or the server is restored from a backup, the daemon keeps what it knew and says so: " +
                "a mistake on the server is likelier than as many people leaving. If it is no mistake, this takes the server's content over " +
                "whole, once. Blocks set in LDAP since the backup are lost with it: look at ldap show first.",
                NeedsDaemon,
            ],
            Examples = [new("What would be lost?", "ldap show"), new("Take it over", "ldap accept"), new("In a script", "ldap accept --yes")],
            Statuses =
            [
                (ExitStatus.Yes, "taken over, or under way"),
                (ExitStatus.No, "not confirmed, or nothing is kept in memory that could be; nothing was changed"),
                (ExitStatus.CannotTell, "no daemon or no LDAP server answers, or the command was not understood; nothing was changed"),
            ],
        }
        .With(yes, json)
        .Runs((parsed, token) => new DaemonAccess(environment).UseDaemonAsync(
            parsed.GetValue(CommandOptions.Config),
            ExitStatus.CannotTell,
            async administration =>
            {
                if (!parsed.GetValue(yes) && await ConfirmAsync(environment, administration, token) is { } status) return status;
                return Reporting.Show(
                    environment,
                    parsed.GetValue(json),
                    await administration.AcceptLdapAsync(new AcceptOrder(), token),
                    AdminJson.Default.ChangeReport,
                    (page, report) => page.Line(report.Message));
            }));
    }

    /// <returns>Null: go on; else the exit status.</returns>
    private static async Task<int?> ConfirmAsync(CommandEnvironment environment, IAdministration administration, CancellationToken cancellationToken)
    {
        if (!environment.Terminal.IsInteractive)
        {
            environment.Complain("nobody is there to be asked whether this is meant: say --yes");
            return ExitStatus.CannotTell;
        }

        var outcome = await administration.ReadLdapAsync(cancellationToken);
        if (!outcome.TryGetReport(out var report, out var refusal)) return Reporting.Complain(environment, refusal);
        LdapPage.Write(environment.ErrorPage, report);
        var answer = environment.Terminal.ReadShown("Take over what the server has, and forget what is withheld or newer here? [y/N] ");
        if (answer?.Trim().ToUpperInvariant() is "Y" or "YES") return null;
        environment.Complain("not confirmed; nothing was changed");
        return ExitStatus.No;
    }
}
