using System.Diagnostics;
using System.Net.Sockets;

namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>One lmtp(8) of Postfix: keeps its connection for the next message, and sends all commands of one together.</summary>
internal sealed class LmtpProcess(string socket) : IAsyncDisposable
{
    private LmtpClient? client;

    /// <summary>When the connection in use was opened, or the last one if there is none.</summary>
    public long Opened { get; private set; }

    /// <returns>The reply to the message, or the first that ended it before; <c>closed before the dot</c> and <c>closed behind the dot</c> when there was none.</returns>
    public async Task<string> DeliverAsync(string sender, string recipient, string queueId, string subject)
    {
        bool isBehindTheDot = false;
        try
        {
            if (client is null)
            {
                Opened = Stopwatch.GetTimestamp();
                client = await LmtpClient.OpenAsync(socket);
            }

            await client.SendAsync($"XFORWARD PROTO=ESMTP HELO=client.example IDENT={queueId} SOURCE=REMOTE\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n");
            foreach (string expected in (string[])["250", "250", "250", "354"])
            {
                string reply = await client.ReadReplyAsync();
                if (!reply.StartsWith(expected, StringComparison.Ordinal)) return await EndAsync(reply);
            }

            isBehindTheDot = true;
            await client.SendAsync($"From: {sender}\r\nSubject: {subject}\r\n\r\nx\r\n.\r\n");
            string last = await client.ReadReplyAsync();
            return last.StartsWith("421", StringComparison.Ordinal) ? await EndAsync(last) : last;
        }
        catch (InvalidOperationException refused)
        {
            return await EndAsync(refused.Message[(refused.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            return await EndAsync($"closed {(isBehindTheDot ? "behind" : "before")} the dot");
        }
    }

    public ValueTask DisposeAsync() => client?.DisposeAsync() ?? default;

    private async Task<string> EndAsync(string told)
    {
        await DisposeAsync();
        client = null;
        return told;
    }
}
