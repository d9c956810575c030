using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using PolicyDaemon.Admin;

namespace PolicyDaemon.Hosting;

/// <summary>What the log calls the other end of a connection: address and port, or the process behind a unix socket.</summary>
internal static class PeerName
{
    public static string Of(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is IPEndPoint address) return address.ToString();
        try
        {
            return connection.Features.Get<IConnectionSocketFeature>() is { Socket: var socket }
                ? string.Create(CultureInfo.InvariantCulture, $"pid {AdminPeer.Of(socket).ProcessId}")
                : "unix";
        }
        catch (SocketException)
        {
            return "unix";
        }
    }
}
