using System.Net.Sockets;

namespace PolicyDaemon.Hosting;

/// <summary>The file of a unix socket: what must be right before it is bound, and who may connect afterwards.</summary>
internal static class UnixSocketFile
{
    /// <summary>Read and write for owner and group: connecting to a socket takes write permission (unix(7)).</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Makes room: creates the directory, and removes what a killed daemon left behind.</summary>
    /// <exception cref="IOException">Somebody listens there, something else is in the way, or the directory cannot be made.</exception>
    public static void Prepare(string path)
    {
        var directory = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(directory) && !Directory.Exists(directory)) Directory.CreateDirectory(directory, DirectoryMode);
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

    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
}
