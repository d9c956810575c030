using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Ends what somebody has open at Dovecot.</summary>
internal static class KickCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var login = new Argument<string>("login") { HelpName = "LOGIN", Description = "A login, or an address that one account owns." };
        var dovecot = MailSessions.DovecotConfig();
        return new TaughtCommand("kick", "End the IMAP and POP3 sessions that an account has open.")
        {
            Details =
            [
                "Runs doveadm kick for each login of the account and for its main address; run it as root, on each host with a Dovecot. Whoever is logged in stays so until then, " +
                "also with a new password and without the right to log in. A mail program logs in again by itself, so first change the password or take the right away.",
            ],
            Examples =
            [
                new("After a stolen password was changed", "kick alice"),
                new("Who has left, and is disabled in LDAP", "kick erin@truenorth.local"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "the account has no session any more, whether it had one or not"),
                (ExitStatus.CannotTell, "doveadm or a directory could not be asked, or the command was not understood"),
            ],
        }
        .With(login, dovecot)
        .Runs((parsed, token) => new DaemonAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            isOffline: false,
            remarkWithoutDaemon: null,
            administration => KickAsync(environment, administration, parsed.GetRequiredValue(login), parsed.GetValue(dovecot), token)));
    }

    /// <remarks>Who is not in the directory any more may still be logged in; and an outage is no reason to let a thief read on.</remarks>
    private static async Task<int> KickAsync(CommandEnvironment environment, IAdministration administration, string login, string? dovecotConfig, CancellationToken cancellationToken)
    {
        var outcome = await administration.LookUpAsync(new LookupRequest(LookupKind.Account, login), cancellationToken);
        if (!outcome.TryGetReport(out var report, out var refusal)) return Reporting.Complain(environment, refusal);
        var isPartial = report.Answer == LookupAnswer.Unavailable;
        if (isPartial) environment.Complain($"a directory could not be asked, the account may have more names: {report.Cause}");
        var names = report.Accounts.SelectMany(account => account.Logins.Concat(account.Addresses.Take(1)));
        var status = await new MailSessions(environment).EndAsync(names.Prepend(report.Key), dovecotConfig, environment.OutputPage, cancellationToken);
        return isPartial ? ExitStatus.CannotTell : status;
    }
}
