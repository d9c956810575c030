using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>
/// Listening sockets that the test holds, as systemd does for socket units, and hands over to each process that it starts: connections wait in them
/// while there is none.
/// </summary>
internal sealed class HeldSockets : IDisposable
{
    /// <summary>Above every number that the shell gives them.</summary>
    private const int LowestCopy = 200;

    /// <summary>What systemd does between fork and exec: descriptors 3 and up, and the number of the process that they are for.</summary>
    private const string HandOver = """
        number=3
        for copy in $1; do
            eval "exec $number<&$copy $copy<&-"
            number=$((number + 1))
        done
        shift
        export LISTEN_FDS=$((number - 3)) LISTEN_PID=$$
        exec "$@"
        """;

    private readonly List<Socket> sockets = [];

    /// <param name="group">Whose unix sockets are, but where their directory is set-group-ID: there they are of its group.</param>
    internal HeldSockets(IEnumerable<EndPoint> endpoints, uint group)
    {
        foreach (EndPoint endpoint in endpoints)
        {
            bool isUnix = endpoint is UnixDomainSocketEndPoint;
            Socket socket = new(endpoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            sockets.Add(socket);
            socket.Bind(endpoint);
            if (isUnix)
                Open(endpoint.ToString()!, group);
            socket.Listen(4096);
        }
    }

    /// <summary>Starts a process that finds them as sd_listen_fds(3) says.</summary>
    /// <param name="start">Starts a command, whose process keeps its number.</param>
    internal ManagedProcess HandTo(IEnumerable<string> command, Func<IEnumerable<string>, ManagedProcess> start)
    {
        List<int> copies = [.. sockets.Select(socket => Libc.DuplicateForChildren((int)socket.Handle, LowestCopy))];
        try
        {
            string numbers = string.Join(' ', copies.Select(copy => copy.ToString(CultureInfo.InvariantCulture)));
            return start(["bash", "-c", HandOver, "hand-over", numbers, .. command]);
        }
        finally
        {
            copies.ForEach(copy => _ = Libc.Close(copy));
        }
    }

    private static void Open(string path, uint group)
    {
        if (!File.GetUnixFileMode(Path.GetDirectoryName(path)!).HasFlag(UnixFileMode.SetGroup))
            Libc.SetOwner(path, 0, group);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_000);
    }

    public void Dispose() => sockets.ForEach(socket => socket.Dispose());
}
