using System.Globalization;
using System.Net;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.IntegrationTests.Support.Secrecy;

/// <summary>Dovecot's auth client protocol, spoken by hand.</summary>
internal static class RawLogin
{
    private static int lastProcess = 100_000;

    /// <summary>One login by PLAIN.</summary>
    /// <returns>The answer; empty when the connection was closed without one.</returns>
    public static async Task<string> LogInAsync(EndPoint server, string login, string password, string service = "imap", string client = "127.0.0.1")
    {
        await using LineDialog dialog = await OpenAsync(server);
        await dialog.SendRawAsync($"AUTH\t1\tPLAIN\tservice={service}\trip={client}\tsecured\tresp={MailLogins.PlainMessage(login, password)}\n");
        string answer = await dialog.ReadUntilAsync("OK\t", "FAIL\t");
        return answer is ['O' or 'F', ..] ? answer : "";
    }

    /// <summary>Says something that makes no sense, with or without the handshake before it, until the server has answered what comes behind it, or closed.</summary>
    public static async Task SayAsync(EndPoint server, string text, bool isGreeted = true)
    {
        try
        {
            await using LineDialog dialog = isGreeted ? await OpenAsync(server) : await LineDialog.OpenAsync(server);
            await dialog.SendRawAsync($"{text}\nAUTH\t77\tNONE\tservice=imap\n\n");
            await dialog.ReadUntilAsync("FAIL\t77");
        }
        catch (IOException)
        {
            // It has closed while we spoke.
        }
    }

    private static async Task<LineDialog> OpenAsync(EndPoint server)
    {
        LineDialog dialog = await LineDialog.OpenAsync(server);
        int process = Interlocked.Increment(ref lastProcess);
        await dialog.SendRawAsync(string.Create(CultureInfo.InvariantCulture, $"VERSION\t1\t2\nCPID\t{process}\n"));
        await dialog.ReadUntilAsync("DONE");
        return dialog;
    }
}
