using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Backends.Ldap;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>What a fake server does with requests from now on.</summary>
internal enum FakeLdapMode
{
    Answer,

    /// <summary>Accepts and reads, says nothing.</summary>
    Silent,

    /// <summary>Resets every connection, old and new.</summary>
    Reset,
}

/// <summary>A server on a loopback port of its own, well until a test makes it ill.</summary>
internal sealed class FakeLdapServer : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, Task> connections = new();
    private readonly ConcurrentDictionary<Socket, bool> muted = new();
    private readonly Task accepting;
    private volatile FakeLdapMode mode;

    /// <param name="answer">Octets for a search, all messages of it; by default: nothing found.</param>
    public FakeLdapServer(Func<FakeLdapRequest, byte[][]>? answer = null)
    {
        Answer = answer ?? (request => [LdapReplies.Done(request.Id)]);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Url = LdapUrl.TryParse($"ldap://{listener.LocalEndPoint}", out var url, out _) ? url : throw new InvalidOperationException();
        accepting = AcceptAsync();
    }

    public LdapUrl Url { get; }

    public Func<FakeLdapRequest, byte[][]> Answer { get; set; }

    public LdapResultCode BindResult { get; set; } = LdapResultCode.Success;

    /// <summary>Everything received so far.</summary>
    public ConcurrentQueue<FakeLdapRequest> Requests { get; } = new();

    public int Searches => Requests.Count(request => request.Tag == LdapTags.SearchRequest);

    public int Accepted { get; private set; }

    public FakeLdapMode Mode
    {
        get => mode;
        set
        {
            mode = value;
            if (value == FakeLdapMode.Reset) ResetAll();
        }
    }

    /// <summary>Ends all connections with RST, as the kernel of a killed server does.</summary>
    public void ResetAll()
    {
        foreach (var socket in connections.Keys) Reset(socket);
    }

    /// <summary>Ends all connections in order, as a server does with idle ones.</summary>
    public void CloseAll()
    {
        foreach (var socket in connections.Keys) socket.Shutdown(SocketShutdown.Both);
    }

    /// <summary>The connections there are stay silent from now on, as when a firewall has forgotten them; new ones are well.</summary>
    public void MuteAll()
    {
        foreach (var socket in connections.Keys) muted[socket] = true;
    }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
        foreach (var socket in connections.Keys) socket.Dispose();
        await Task.WhenAll(connections.Values);
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (ObjectDisposedException)
        {
            // Gone already.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                Accepted++;
                if (mode == FakeLdapMode.Reset) Reset(socket);
                else connections[socket] = ServeAsync(socket);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var peer = new FakeLdapPeer(stream);
        try
        {
            while (await peer.ReadAsync() is { } request)
            {
                Requests.Enqueue(request);
                if (mode != FakeLdapMode.Answer || muted.ContainsKey(socket)) continue;
                if (request.Tag == LdapTags.BindRequest) await peer.SendAsync(LdapReplies.Bind(request.Id, BindResult));
                if (request.Tag == LdapTags.SearchRequest) await peer.SendAsync(Answer(request));
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The client, or the test, has ended it.
        }
        finally
        {
            connections.TryRemove(socket, out _);
        }
    }
}
