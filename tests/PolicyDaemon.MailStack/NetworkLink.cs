using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.MailStack;

/// <summary>A TCP relay in front of a server, and what can befall a line: it is slow, it is cut, or it swallows everything in silence.</summary>
public sealed class NetworkLink : IAsyncDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly IPEndPoint server;
    private readonly Lock gate = new();
    private CancellationTokenSource cutting = new();
    private TaskCompletionSource? frozen;
    private Task accepting;

    private NetworkLink(IPEndPoint endpoint, IPEndPoint server)
    {
        Endpoint = endpoint;
        this.server = server;
        accepting = ListenAsync();
    }

    /// <summary>Clients connect here instead of to the server.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Waited before each piece of the server's answers is passed on; may change at any time.</summary>
    public TimeSpan Delay { get; set; }

    /// <param name="address">Where it listens, if not at the address of the stack.</param>
    public static NetworkLink Start(MailStackRoot root, IPEndPoint server, IPAddress? address = null) =>
        new(new(address ?? root.Address, root.FreePort()), server);

    /// <summary>Ends all connections, on both sides; new ones are refused until <see cref="HealAsync"/>.</summary>
    public async Task CutAsync()
    {
        await cutting.CancelAsync();
        await accepting;
    }

    /// <summary>From now on connections stay, new ones are accepted, and not one octet passes in either direction: half-open, as after a power cut of the other side.</summary>
    public void Freeze()
    {
        lock (gate)
            frozen ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Ends what <see cref="CutAsync"/> or <see cref="Freeze"/> began; what was held back by a frozen link arrives now, as TCP would send it again.</summary>
    public async Task HealAsync()
    {
        lock (gate)
        {
            frozen?.SetResult();
            frozen = null;
        }

        if (!cutting.IsCancellationRequested)
            return;
        await accepting;
        cutting.Dispose();
        cutting = new();
        accepting = ListenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        cutting.Dispose();
    }

    private Task ListenAsync()
    {
        TcpListener listener = new(Endpoint);
        listener.Start();
        return AcceptAsync(listener, cutting.Token);
    }

    private async Task AcceptAsync(TcpListener open, CancellationToken cut)
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(RelayAsync(await open.AcceptSocketAsync(cut), cut));
        }
        catch (OperationCanceledException)
        {
            open.Stop();
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(Socket accepted, CancellationToken cut)
    {
        using Socket client = accepted;
        using Socket upstream = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.NoDelay = upstream.NoDelay = true;
            await upstream.ConnectAsync(server, cut);
            Task asking = PassAsync(client, upstream, () => TimeSpan.Zero, cut);
            Task answering = PassAsync(upstream, client, () => Delay, cut);

            // One side gone: both are closed, as by a server.
            await await Task.WhenAny(asking, answering);
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A relay has nobody to tell; both sides see their connection close.
        }
    }

    private async Task PassAsync(Socket from, Socket to, Func<TimeSpan> delay, CancellationToken cut)
    {
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReceiveAsync(buffer, cut)) > 0)
        {
            if (delay() is { Ticks: > 0 } slow)
                await Task.Delay(slow, cut);
            await UntilThawedAsync(cut);
            for (int sent = 0; sent < read;)
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), cut);
        }

        // The news that one side has gone is held back too.
        await UntilThawedAsync(cut);
    }

    private Task UntilThawedAsync(CancellationToken cut)
    {
        lock (gate)
            return frozen?.Task.WaitAsync(cut) ?? Task.CompletedTask;
    }
}
