using System.Net;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Smtp;

/// <summary>Runs swaks(1), where the transcript is wanted as an administrator sees it; elsewhere <see cref="SmtpDialog"/> is faster.</summary>
public static class Swaks
{
    /// <param name="login">SASL username; null for an unauthenticated session.</param>
    /// <param name="options">Further options of swaks, for example <c>--quit-after RCPT</c>, <c>--xclient-addr</c>.</param>
    /// <returns>The transcript as output. Exit status 0: all went through; 24: no recipient was accepted; 28: AUTH failed.</returns>
    public static Task<CommandResult> RunAsync(
        IPEndPoint server, string envelopeSender, string recipient, string? login = null, string? password = null, params string[] options)
    {
        string[] authentication = login is null ? [] : ["--auth", "PLAIN", "--auth-user", login, "--auth-password", password ?? ""];
        return Command.RunAsync("swaks",
        [
            "--server", $"{server.Address}", "--port", $"{server.Port}", "--from", envelopeSender, "--to", recipient,
            "--helo", "client.example", .. authentication, .. options,
        ]);
    }
}
