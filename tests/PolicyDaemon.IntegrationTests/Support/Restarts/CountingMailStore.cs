using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>An LMTP server that takes everything at once and remembers of each message only its subject, as often as it came.</summary>
internal sealed class CountingMailStore : IDisposable
{
    private const string Subject = "Subject: ";

    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<string, int> copies = new(StringComparer.Ordinal);
    private int received;

    public CountingMailStore(string path)
    {
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1000);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        _ = AcceptAsync();
    }

    /// <summary>How often each message is there, by its subject.</summary>
    public IReadOnlyDictionary<string, int> Copies => copies;

    /// <summary>A message is stored and answered for when this is completed.</summary>
    public Task Storing { get; set; } = Task.CompletedTask;

    /// <summary>Messages that came whole.</summary>
    public int Received => Volatile.Read(ref received);

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        await using NetworkStream stream = new(connection, ownsSocket: true);
        using StreamReader reader = new(stream, Encoding.Latin1);
        try
        {
            await SayAsync("220 store");
            while (await reader.ReadLineAsync() is { Length: >= 4 } command)
            {
                await SayAsync(command[..4] switch
                {
                    "LHLO" => "250-store\r\n250-8BITMIME\r\n250 PIPELINING",
                    "DATA" => "354 go on",
                    "QUIT" => "221 bye",
                    _ => "250 2.0.0 ok",
                });
                if (command != "DATA") continue;
                if (await ReadMessageAsync(reader) is not { } subject) return;
                Interlocked.Increment(ref received);
                await Storing;
                copies.AddOrUpdate(subject, 1, (_, count) => count + 1);
                await SayAsync("250 2.0.0 stored");
            }
        }
        catch (IOException)
        {
            // The daemon is gone.
        }

        async Task SayAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes($"{text}\r\n"));
    }

    /// <returns>Null: the connection ended before the message did.</returns>
    private static async Task<string?> ReadMessageAsync(StreamReader reader)
    {
        string subject = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line == ".") return subject;
            if (subject is "" && line.StartsWith(Subject, StringComparison.Ordinal)) subject = line[Subject.Length..];
        }

        return null;
    }
}
