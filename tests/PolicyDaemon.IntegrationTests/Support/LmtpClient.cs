using System.Net.Sockets;
using System.Text;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>An LMTP client that sends whatever octets a test wants; text is Latin-1.</summary>
public sealed class LmtpClient : IAsyncDisposable
{
    private readonly NetworkStream stream;
    private readonly StreamReader reader;

    private LmtpClient(Socket socket)
    {
        stream = new(socket, ownsSocket: true);
        reader = new(stream, Encoding.Latin1);
    }

    /// <summary>Connects and says LHLO.</summary>
    public static async Task<LmtpClient> OpenAsync(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        LmtpClient client = new(socket);
        await client.ReadReplyAsync();
        await client.AskAsync("LHLO client.example");
        return client;
    }

    /// <summary>One transaction, DATA without content included.</summary>
    public async Task BeginAsync(string sender, params string[] recipients)
    {
        await AskAsync($"MAIL FROM:<{sender}>", "250");
        foreach (string recipient in recipients) await NameAsync(recipient);
        await AskAsync("DATA", "354");
    }

    /// <summary>A process of Dovecot that asked a daemon before its restart defers once: it finds its connection closed only then.</summary>
    private async Task NameAsync(string recipient)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await AskAsync($"RCPT TO:<{recipient}>", "250");
                return;
            }
            catch (InvalidOperationException deferred) when (tries < 5 && deferred.Message.Contains("Temporary internal error", StringComparison.Ordinal))
            {
                // Once more.
            }
        }
    }

    public async Task SendAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> octets) => await stream.WriteAsync(octets);

    /// <returns>The last line of the reply, which must begin so.</returns>
    public async Task<string> AskAsync(string command, string expected = "2")
    {
        await SendAsync(command + "\r\n");
        string reply = await ReadReplyAsync();
        return reply.StartsWith(expected, StringComparison.Ordinal) ? reply : throw new InvalidOperationException($"{command}: {reply}");
    }

    /// <returns>The last line of the next reply.</returns>
    public async Task<string> ReadReplyAsync()
    {
        using CancellationTokenSource limit = new(Wait.DefaultLimit);
        while (true)
        {
            string line = await reader.ReadLineAsync(limit.Token) ?? throw new IOException("closed by the server");
            if (line.ElementAtOrDefault(3) != '-') return line;
        }
    }

    public async ValueTask DisposeAsync()
    {
        reader.Dispose();
        await stream.DisposeAsync();
    }
}
