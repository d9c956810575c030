using System.Net;
using System.Text;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Logs in as a mail program does, and returns what the server says to it: one line that begins with OK, NO, +OK, -ERR, or (closed).</summary>
public static class MailLogins
{
    public static readonly IReadOnlyList<string> Protocols = ["imap", "pop3", "sieve"];

    /// <param name="protocol">One of <see cref="Protocols"/>.</param>
    public static Task<string> LogInAsync(string protocol, IPEndPoint server, string login, string password) => protocol switch
    {
        "imap" => OverImapAsync(server, $"LOGIN {Quote(login)} {Quote(password)}"),
        "pop3" => OverPop3Async(server, login, password),
        _ => OverSieveAsync(server, login, password),
    };

    /// <summary>Whether a reply of any of the protocols is a yes.</summary>
    public static bool IsIn(string reply) => reply.StartsWith("OK", StringComparison.Ordinal) || reply.StartsWith("+OK", StringComparison.Ordinal);

    /// <param name="command">Without its tag: <c>LOGIN</c> or <c>AUTHENTICATE PLAIN</c>.</param>
    /// <param name="source">The client's address; null: as the system chooses.</param>
    public static async Task<string> OverImapAsync(IPEndPoint server, string command, IPAddress? source = null)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(server, source);
        await dialog.ReadUntilAsync("* OK");
        await dialog.SendAsync("a " + command);
        string reply = await dialog.ReadUntilAsync("a ");
        return reply.StartsWith("a ", StringComparison.Ordinal) ? reply[2..] : $"(closed) {reply}";
    }

    public static string PlainMessage(string login, string password, string actAs = "") =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{actAs}\0{login}\0{password}"));

    private static async Task<string> OverPop3Async(IPEndPoint server, string login, string password)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(server);
        await dialog.ReadUntilAsync("+OK");
        await dialog.SendAsync($"USER {login}");
        await dialog.ReadUntilAsync("+OK");
        await dialog.SendAsync($"PASS {password}");
        return await dialog.ReadUntilAsync("+OK", "-ERR");
    }

    private static async Task<string> OverSieveAsync(IPEndPoint server, string login, string password)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(server);
        await dialog.ReadUntilAsync("OK");
        await dialog.SendAsync($"AUTHENTICATE \"PLAIN\" \"{PlainMessage(login, password)}\"");
        return await dialog.ReadUntilAsync("OK", "NO", "BYE");
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
