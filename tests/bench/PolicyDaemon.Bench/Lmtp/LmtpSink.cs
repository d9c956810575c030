using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Bench.Lmtp;

/// <summary>A mail store that takes everything and keeps nothing.</summary>
internal sealed class LmtpSink : IDisposable
{
    private static readonly byte[] End = "\r\n.\r\n"u8.ToArray();

    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public LmtpSink(string path)
    {
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1000);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        _ = AcceptAsync();
    }

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

    private static async Task ServeAsync(Socket connection)
    {
        using var socket = connection;
        var buffer = new byte[64 * 1024];
        await SayAsync("220 sink\r\n");

        // Commands come whole, some of them in one go, and nothing behind DATA.
        while (await socket.ReceiveAsync(buffer) is > 0 and var read)
        {
            var commands = Encoding.ASCII.GetString(buffer, 0, read);
            await SayAsync(string.Concat(commands.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(command => command[..4] switch
            {
                "LHLO" => "250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
                "DATA" => "354 go on\r\n",
                _ => "250 2.0.0 ok\r\n",
            })));
            if (!commands.EndsWith("DATA\r\n", StringComparison.Ordinal)) continue;
            if (!await SkipAsync(socket, buffer)) return;
            await SayAsync("250 2.0.0 stored nowhere\r\n");
        }

        async Task SayAsync(string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));
    }

    /// <returns>False: closed.</returns>
    private static async Task<bool> SkipAsync(Socket socket, byte[] buffer)
    {
        var kept = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(kept)) is > 0 and var read)
        {
            var length = kept + read;
            if (buffer.AsSpan(0, length).EndsWith(End)) return true;
            kept = Math.Min(length, End.Length - 1);
            buffer.AsSpan(length - kept, kept).CopyTo(buffer);
        }

        return false;
    }
}
