using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Cli.Commands;

/// <summary>What becomes of an account's open sessions when a command changes its password or takes the login away.</summary>
internal sealed class SessionOptions(CommandEnvironment environment)
{
    private readonly Option<bool> kick = new("--kick")
    {
        Description = "When this changes the password or takes the login away, end the account's IMAP and POP3 sessions too, by doveadm kick. directory.kick: always.",
    };

    private readonly Option<string?> dovecot = MailSessions.DovecotConfig();

    public IReadOnlyList<Symbol> All => [kick, dovecot];

    /// <summary>Ends them, or says what would.</summary>
    /// <param name="isForProgram">The output is JSON.</param>
    public async Task<int> FinishAsync(ParseResult parsed, AccountOrder order, bool isForProgram, CancellationToken cancellationToken)
    {
        var directory = environment.Load(parsed.GetValue(CommandOptions.Config), environment.Settings).Options?.Directory;
        var page = isForProgram ? null : environment.OutputPage;
        var isLoginLost = order.Change == MailboxChange.Remove || order.PasswordHash is not null || order.IsEnabled == false ||
            (order.Status is { Length: > 0 } status && directory?.AccountStatuses.GetValueOrDefault(status).HasFlag(Rights.Login) != true);
        if (!isLoginLost) return ExitStatus.Yes;
        if (parsed.GetValue(kick) || directory?.Kick == true)
        {
            return await new MailSessions(environment).EndAsync([order.Login], parsed.GetValue(dovecot), page, cancellationToken);
        }

        page?.Line($"sessions that are open stay open until: policydaemon kick {ShellWord.Quote(order.Login)}");
        return ExitStatus.Yes;
    }
}
