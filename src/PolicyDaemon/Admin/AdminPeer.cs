using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Admin;

/// <summary>Who is at the other end of an admin connection: the kernel says, not the peer.</summary>
internal sealed record AdminPeer(int ProcessId, uint UserId)
{
    // socket(7): SOL_SOCKET and SO_PEERCRED have these numbers on every architecture that .NET runs on.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>The user's name, or <c>uid 1000</c> when the system has no name for it.</summary>
    /// <remarks>
    /// Asked for anew each time, of the name service, which may hang together with the LDAP server behind it: not for the way of mail.
    /// </remarks>
    public string User => UnixNames.UserOf(UserId);

    /// <exception cref="SocketException">Not a unix socket.</exception>
    public static AdminPeer Of(Socket socket)
    {
        Credentials credentials = default;
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, MemoryMarshal.AsBytes(new Span<Credentials>(ref credentials)));
        return new AdminPeer(credentials.ProcessId, credentials.UserId);
    }

    /// <summary><c>struct ucred</c>, unix(7).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Credentials
    {
        public int ProcessId;
        public uint UserId;
        public uint GroupId;
    }
}
