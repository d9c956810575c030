using System.Net.Sockets;

namespace PolicyDaemon.Hosting;

/// <summary>The file of a unix socket: what must be right before it is bound, and who may connect afterwards.</summary>
internal static class UnixSocketFile
{
    /// <summary>Read and write for owner and group: connecting to a socket takes write permission (unix(7)).</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Makes room: removes what a killed daemon left behind. The directory must be there: whose it is says who may reach us.</summary>
    /// <exception cref="IOException">Somebody listens there, something else is in the way, or there is no directory.</exception>
    public static void Prepare(string path)
    {
        var directory = Path.GetDirectoryName(path);
        if (!Directory.Exists(directory))
        {
            throw new IOException($"unix:{path}: the directory does not exist; make it for whoever may connect, such as: install -d -g postfix -m 2750 {directory}");
        }

        if (!Path.Exists(path)) return;

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException exception)
        {
            throw new IOException($"unix:{path} is in the way and cannot be asked: {exception.Message}", exception);
        }

        throw new IOException($"unix:{path} is in use: another process listens there");
    }

    /// <summary>
    /// Lets the group of the socket connect. The group is the directory's where that is set-group-ID, so that the directory says who may
    /// reach us: <c>install -d -g postfix -m 2750</c>.
    /// </summary>
    public static void Open(string path) => File.SetUnixFileMode(path, Mode);
}
