using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Hosting.Systemd;

/// <summary>
/// Sockets that the service manager opened and holds, so that connections wait while the daemon restarts: sd_listen_fds(3). Each belongs to the
/// endpoint of <c>listen</c> that has its address.
/// </summary>
/// <remarks>Disposing closes those that nobody took. Their files are the service manager's: its unit says their modes and owners.</remarks>
internal sealed partial class HandedOverSockets : IDisposable
{
    /// <summary>SD_LISTEN_FDS_START.</summary>
    private const int First = 3;

    private const int SetDescriptorFlags = 2; // F_SETFD, fcntl(2)
    private const int CloseOnExec = 1; // FD_CLOEXEC

    private readonly Dictionary<EndPoint, Socket> sockets = [];

    /// <param name="handles">With the names that the service manager has for them, for messages.</param>
    /// <exception cref="IOException">One is no listening stream socket.</exception>
    internal HandedOverSockets(IEnumerable<(SafeSocketHandle Handle, string Name)> handles)
    {
        foreach (var (handle, name) in handles)
        {
            var socket = Open(handle, name);
            sockets.Add(socket.LocalEndPoint!, socket);
        }
    }

    /// <summary>Takes over what this process was given; none when it was not.</summary>
    /// <exception cref="IOException">It was given something else than listening stream sockets.</exception>
    public static HandedOverSockets Take() => new(Read(Environment.GetEnvironmentVariable, Environment.ProcessId).Select(given =>
    {
        // Not for programs that somebody below us may start.
        _ = SetFlags(given.Descriptor, SetDescriptorFlags, CloseOnExec);
        return (new SafeSocketHandle(given.Descriptor, ownsHandle: true), given.Name);
    }));

    /// <summary>What the environment says, when it says it to this process.</summary>
    /// <exception cref="IOException">It is not as sd_listen_fds(3) has it.</exception>
    internal static IEnumerable<(int Descriptor, string Name)> Read(Func<string, string?> environment, int processId)
    {
        if (environment("LISTEN_PID") != processId.ToString(CultureInfo.InvariantCulture) || environment("LISTEN_FDS") is not { } count) return [];
        if (!ushort.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw new IOException($"LISTEN_FDS is '{count}': expected how many sockets were handed over");
        var names = environment("LISTEN_FDNAMES")?.Split(':') ?? [];
        return Enumerable.Range(0, number).Select(index => (First + index, index < names.Length ? names[index] : "unknown"));
    }

    /// <summary>Whether an endpoint needs none of our own.</summary>
    public bool Has(EndPoint endpoint) => sockets.ContainsKey(endpoint);

    /// <summary>The socket of that address, already bound; its owner is the caller. Null: it was not handed over.</summary>
    public Socket? TryTake(EndPoint endpoint) => sockets.Remove(endpoint, out var socket) ? socket : null;

    /// <summary>A socket that nobody answers would let its clients wait until they give up.</summary>
    /// <exception cref="IOException">One is no endpoint of the configuration; the message names it.</exception>
    public void EnsureAllAmong(IReadOnlyCollection<EndPoint> endpoints)
    {
        foreach (var endpoint in sockets.Keys.Except(endpoints))
        {
            throw new IOException(
                $"the service manager hands over {Name(endpoint)}, which listen does not name: name it there exactly so, or disable its socket unit");
        }
    }

    public void Dispose()
    {
        foreach (var socket in sockets.Values) socket.Dispose();
        sockets.Clear();
    }

    private static Socket Open(SafeSocketHandle handle, string name)
    {
        try
        {
            var socket = new Socket(handle);
            if (socket.SocketType == SocketType.Stream && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0) return socket;
            socket.Dispose();
        }
        catch (SocketException)
        {
            handle.Dispose();
        }

        throw new IOException($"the service manager hands over '{name}', which is no listening stream socket: expected ListenStream= and Accept=no in its unit");
    }

    private static string Name(EndPoint endpoint) => endpoint is UnixDomainSocketEndPoint ? $"unix:{endpoint}" : $"inet:{endpoint}";

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int SetFlags(int descriptor, int command, int flags);
}
