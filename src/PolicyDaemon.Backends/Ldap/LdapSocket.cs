using System.Net.Sockets;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>A connected socket that notices when its peer is silently gone: a machine switched off, a firewall that forgot.</summary>
internal static class LdapSocket
{
    /// <summary>An idle connection is probed after this time, early enough for stateful firewalls, which forget after minutes.</summary>
    private const int KeepAliveSeconds = 30;

    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 3;

    /// <summary>Octets we sent may stay unacknowledged this long; the kernel's own patience is a quarter of an hour.</summary>
    private const int UserTimeoutMilliseconds = 15_000;

    private const int IpProtoTcp = 6; // IPPROTO_TCP
    private const int TcpUserTimeout = 18; // TCP_USER_TIMEOUT, tcp(7)

    internal static async Task<Stream> ConnectAsync(LdapUrl url, CancellationToken cancellationToken)
    {
        var socket = url.IsUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!url.IsUnix) Configure(socket);

            // The wait is ours: a resolver that hangs cannot be cancelled.
            await socket.ConnectAsync(url.EndPoint, cancellationToken).AsTask().WaitAsync(cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
    }
}
