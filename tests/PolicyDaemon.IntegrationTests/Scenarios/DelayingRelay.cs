using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A TCP relay that hands on what a server says only after a while: a server that is slow, not down.</summary>
internal sealed class DelayingRelay : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly IPEndPoint server;
    private readonly CancellationTokenSource ended = new();

    private DelayingRelay(IPEndPoint server, IPAddress address)
    {
        this.server = server;
        listener = new(address, 0);
        listener.Start();
        Endpoint = (IPEndPoint)listener.LocalEndpoint;
    }

    public IPEndPoint Endpoint { get; }

    /// <summary>Before each piece of the server's words.</summary>
    public TimeSpan Delay { get; set; }

    public static DelayingRelay Start(IPEndPoint server, IPAddress address)
    {
        DelayingRelay relay = new(server, address);
        _ = relay.AcceptAsync();
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Dispose();
        ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = RelayAsync(await listener.AcceptTcpClientAsync(ended.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using TcpClient near = client;
        using TcpClient far = new();
        try
        {
            await far.ConnectAsync(server, ended.Token);
            await Task.WhenAny(PumpAsync(near, far, () => TimeSpan.Zero), PumpAsync(far, near, () => Delay));
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException)
        {
            // Either side has gone: so does the other.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<TimeSpan> delay)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await from.GetStream().ReadAsync(buffer, ended.Token) is > 0 and var length)
        {
            if (delay() is { Ticks: > 0 } wait) await Task.Delay(wait, ended.Token);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, length), ended.Token);
        }
    }
}
