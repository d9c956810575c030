using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.MailStack;

/// <summary>A TCP relay in front of a server that holds every answer back for a time: a slow server, or one behind a bad line.</summary>
public sealed class SlowLink : IAsyncDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly IPEndPoint server;
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    private SlowLink(IPEndPoint endpoint, IPEndPoint server)
    {
        Endpoint = endpoint;
        this.server = server;
        listener = new(endpoint);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Clients connect here instead of to the server.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Waited before each piece of the server's answers is passed on; may change at any time.</summary>
    public TimeSpan Delay { get; set; }

    public static SlowLink Start(MailStackRoot root, IPEndPoint server, TimeSpan delay) =>
        new(new(root.Address, root.FreePort()), server) { Delay = delay };

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(RelayAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient accepted)
    {
        using TcpClient client = accepted;
        using TcpClient upstream = new();
        try
        {
            await upstream.ConnectAsync(server, stopping.Token);
            Task asking = PassAsync(client, upstream, () => TimeSpan.Zero);
            Task answering = PassAsync(upstream, client, () => Delay);

            // One side gone: both are closed, as by a server.
            await await Task.WhenAny(asking, answering);
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A relay has nobody to tell; both sides see their connection close.
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, Func<TimeSpan> delay)
    {
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.GetStream().ReadAsync(buffer, stopping.Token)) > 0)
        {
            await Task.Delay(delay(), stopping.Token);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), stopping.Token);
        }
    }
}
