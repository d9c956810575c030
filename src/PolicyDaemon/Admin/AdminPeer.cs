using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Admin;

/// <summary>Who is at the other end of an admin connection: the kernel says, not the peer.</summary>
/// <param name="User">The user's name, or <c>uid 1000</c> when the system has no name for it.</param>
internal sealed record AdminPeer(int ProcessId, uint UserId, string User)
{
    // socket(7): SOL_SOCKET and SO_PEERCRED have these numbers on every architecture that .NET runs on.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <exception cref="SocketException">Not a unix socket.</exception>
    public static AdminPeer Of(Socket socket)
    {
        Credentials credentials = default;
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, MemoryMarshal.AsBytes(new Span<Credentials>(ref credentials)));
        return new AdminPeer(credentials.ProcessId, credentials.UserId, UnixNames.UserOf(credentials.UserId));
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
