using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>
/// An LMTP server that does to a recipient what its localpart says, <c>step-what-…</c>, the first time that it is asked: <c>rcpt-450-4.2.1</c>, <c>data-close</c>,
/// <c>dot-silent</c>. <c>always-</c> in front: every time.
/// </summary>
public sealed class TroubledMailStore : IDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<string, bool> troubled = new(StringComparer.Ordinal);

    public TroubledMailStore(string path)
    {
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(100);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        _ = AcceptAsync();
    }

    /// <summary>Localparts whose message was acknowledged, once for each time.</summary>
    public ConcurrentQueue<string> Stored { get; } = new();

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using NetworkStream stream = new(socket, ownsSocket: true);
        using StreamReader reader = new(stream, Encoding.Latin1);
        List<string> recipients = [];
        try
        {
            await SayAsync("220 store");
            while (await reader.ReadLineAsync() is { } line)
            {
                switch (line.Split(' ', ':')[0])
                {
                    case "LHLO":
                        await SayAsync("250-store\r\n250-8BITMIME\r\n250 PIPELINING");
                        break;
                    case "RCPT":
                        string recipient = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('@', StringComparison.Ordinal)];
                        string? said = await TroubleAsync("rcpt", recipient) ?? "250 2.1.5 ok";
                        await SayAsync(said);
                        if (said.StartsWith('2')) recipients.Add(recipient);
                        break;
                    case "DATA":
                        string answer = await TroubleAsync("data", recipients[0]) ?? "354 go on";
                        await SayAsync(answer);
                        if (!answer.StartsWith('3')) break;
                        while (await reader.ReadLineAsync() is { } content && content != ".")
                        {
                            // Not looked at.
                        }

                        foreach (string to in recipients)
                        {
                            string outcome = await TroubleAsync("dot", to) ?? "250 2.0.0 stored";
                            if (outcome == "250 2.0.0 stored") Stored.Enqueue(to);
                            await SayAsync(outcome);
                        }

                        recipients.Clear();
                        break;
                    default:
                        recipients.Clear();
                        await SayAsync("250 2.0.0 ok");
                        break;
                }
            }
        }
        catch (IOException)
        {
            // Closed, by either side.
        }

        async Task SayAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text + "\r\n"));
    }

    /// <returns>What is said instead; null: all is well.</returns>
    private async Task<string?> TroubleAsync(string step, string recipient)
    {
        bool isAlways = recipient.StartsWith("always-", StringComparison.Ordinal);
        string[] words = (isAlways ? recipient[7..] : recipient).Split('-');
        if (words[0] != step || (!isAlways && !troubled.TryAdd(recipient, true))) return null;
        switch (words[1])
        {
            case "close":
                throw new IOException("as told");
            case "silent":
                await Task.Delay(Timeout.InfiniteTimeSpan);
                return null;
            case "garbage":
                return "\u00ff what?";
            case "twice":
                return "250 2.0.0 one\r\n250 2.0.0 two";
            default:
                return string.Join(' ', words[1..]) + " as told";
        }
    }
}
