using System.Net;
using System.Net.Sockets;
using System.Text;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack;

/// <summary>A conversation in lines with any server, over TCP or a unix socket. Every line must come within <see cref="Wait.DefaultLimit"/>.</summary>
public sealed class LineDialog : IAsyncDisposable
{
    private readonly NetworkStream stream;
    private readonly StreamReader reader;

    private LineDialog(Socket socket)
    {
        stream = new(socket, ownsSocket: true);
        reader = new(stream, Encoding.UTF8);
    }

    /// <param name="source">The client's address; null: as the system chooses.</param>
    public static async Task<LineDialog> OpenAsync(EndPoint endpoint, IPAddress? source = null)
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, endpoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        if (source is not null)
            socket.Bind(new IPEndPoint(source, 0));
        await socket.ConnectAsync(endpoint);
        return new(socket);
    }

    /// <summary>Sends a line, CRLF behind it.</summary>
    public async Task SendAsync(string line) => await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));

    /// <summary>Sends text as it is.</summary>
    public async Task SendRawAsync(string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <returns>The next line without its end; null when the server has closed.</returns>
    public async Task<string?> ReadLineAsync()
    {
        using CancellationTokenSource limit = new(Wait.DefaultLimit);
        return await reader.ReadLineAsync(limit.Token);
    }

    /// <returns>The first line that begins so, or the last before the server closed.</returns>
    public async Task<string> ReadUntilAsync(params string[] beginnings)
    {
        string last = "";
        while (await ReadLineAsync() is { } line)
        {
            if (beginnings.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal)))
                return line;
            last = line;
        }

        return last;
    }

    public async ValueTask DisposeAsync()
    {
        reader.Dispose();
        await stream.DisposeAsync();
    }
}
