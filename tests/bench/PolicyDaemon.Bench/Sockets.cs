using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.Bench;

/// <summary>Connections as Postfix makes them.</summary>
internal static class Sockets
{
    public static Socket Connect(EndPoint endpoint)
    {
        var isInet = endpoint is IPEndPoint;
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, isInet ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (isInet) socket.NoDelay = true;
            socket.Connect(endpoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
