using System.Net;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Doctor;

namespace PolicyDaemon.Cli;

/// <summary>
/// The sessions that somebody has open at Dovecot (IMAP, POP3, ManageSieve), ended by doveadm-kick(1). Who is logged in stays so whatever becomes of the
/// password and of the right to log in.
/// </summary>
/// <remarks>doveadm asks a socket that is root's, so this is for the command line; the daemon starts no programs.</remarks>
internal sealed class MailSessions(CommandEnvironment environment)
{
    /// <summary>doveadm 2.3 when nobody of this name was there (DOVEADM_EX_NOTFOUND); 2.4 ends with 0.</summary>
    private const int NobodyThere = 68;

    public static System.CommandLine.Option<string?> DovecotConfig() => new("--dovecot-config")
    {
        HelpName = "FILE",
        Description = "Dovecot's configuration file, as for doveadm -c. Default: doveadm(1) knows it.",
    };

    /// <summary>Ends them, and shows what doveadm says.</summary>
    /// <param name="users">All names under which one account may have logged in.</param>
    /// <param name="page">Null: nothing is shown but what went wrong.</param>
    /// <returns>Yes, also when there was none; CannotTell, and a complaint, when doveadm could not be asked.</returns>
    public async Task<int> EndAsync(IEnumerable<string> users, string? dovecotConfig, Page? page, CancellationToken cancellationToken)
    {
        var status = ExitStatus.Yes;
        foreach (var user in users.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var fault = FindFault(user) ?? await KickAsync(user, dovecotConfig, page, cancellationToken);
            if (fault is null) continue;
            environment.Complain($"{LineFor(user)}: {fault}");
            status = ExitStatus.CannotTell;
        }

        return status;
    }

    private async Task<string?> KickAsync(string user, string? dovecotConfig, Page? page, CancellationToken cancellationToken)
    {
        try
        {
            string[] instance = dovecotConfig is null ? [] : ["-c", dovecotConfig];
            var result = await environment.RunProgram("doveadm", [.. instance, "kick", "--", user], cancellationToken);
            if (result.ExitCode is not (0 or NobodyThere)) return $"{OneLine(result.Error)} (exit status {result.ExitCode})";
            page?.Line($"{LineFor(user)}: {OneLine(result.Output)}");
            return null;
        }
        catch (InstallationException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>doveadm takes a name for a mask or an address where it looks like one, and would end the sessions of others.</summary>
    private static string? FindFault(string user) =>
        user.AsSpan().IndexOfAny('*', '?') >= 0 ? "doveadm would take this name for a mask of many"
        : IPAddress.TryParse(user.Split('/')[0], out _) ? "doveadm would take this name for an address"
        : null;

    private static string LineFor(string user) => $"doveadm kick {ShellWord.Quote(user)}";

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
