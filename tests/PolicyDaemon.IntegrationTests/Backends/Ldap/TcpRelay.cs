using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>Passes connections on, so that one server can be reached at another address.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint target;
    private readonly Task accepting;

    public TcpRelay(IPAddress address, IPEndPoint target)
    {
        this.target = target;
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        accepting = AcceptAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)listener.LocalEndPoint!;

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        List<Task> relayed = [];
        try
        {
            while (true) relayed.Add(RelayAsync(await listener.AcceptAsync()));
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(relayed);
        }
    }

    private async Task RelayAsync(Socket accepted)
    {
        await using NetworkStream near = new(accepted, ownsSocket: true);
        using TcpClient client = new();
        await client.ConnectAsync(target);
        var far = client.GetStream();
        try
        {
            await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
        }
        catch (IOException)
        {
            // One of the two has ended it.
        }
    }
}
