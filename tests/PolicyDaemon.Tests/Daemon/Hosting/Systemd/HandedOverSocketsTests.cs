using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Hosting;
using PolicyDaemon.Hosting.Systemd;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting.Systemd;

public sealed class HandedOverSocketsTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("pd-");
    private readonly List<Socket> opened = [];

    public void Dispose()
    {
        opened.ForEach(socket => socket.Dispose());
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Environment_counts_only_for_the_process_that_it_names()
    {
        Assert.Equal([(3, "policy"), (4, "sasl"), (5, "unknown")], Read(("LISTEN_PID", "77"), ("LISTEN_FDS", "3"), ("LISTEN_FDNAMES", "policy:sasl")));
        Assert.Empty(Read(("LISTEN_PID", "78"), ("LISTEN_FDS", "3")));
        Assert.Empty(Read(("LISTEN_FDS", "3")));
        Assert.Empty(Read(("LISTEN_PID", "77")));
        Assert.Empty(Read(("LISTEN_PID", "77"), ("LISTEN_FDS", "0")));
        foreach (var count in (string[])["many", "-1", ""])
            Assert.Contains($"LISTEN_FDS is '{count}'", Assert.Throws<IOException>(() => Read(("LISTEN_PID", "77"), ("LISTEN_FDS", count))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Socket_belongs_to_the_endpoint_of_its_address_is_taken_once_and_is_not_opened_again()
    {
        var (unix, inet) = (Listen(UnixEndPoint("policy.sock")), Listen(new IPEndPoint(IPAddress.Loopback, 0)));
        File.SetUnixFileMode(UnixEndPoint("policy.sock").ToString(), UnixFileMode.UserRead);
        using var sockets = HandOver(unix, inet);
        var listeners = new Listeners(null!, sockets);

        Assert.True(sockets.Has(UnixEndPoint("policy.sock")));
        Assert.Equal(unix.Handle, listeners.Bind(UnixEndPoint("policy.sock")).Handle);
        Assert.Equal(inet.Handle, listeners.Bind(inet.LocalEndPoint!).Handle);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(UnixEndPoint("policy.sock").ToString()));
        Assert.Null(sockets.TryTake(inet.LocalEndPoint!));
        using var own = listeners.Bind(UnixEndPoint("other.sock"));
        Assert.Equal(UnixSocketFile.Mode, File.GetUnixFileMode(UnixEndPoint("other.sock").ToString()));
    }

    [Fact]
    public void Socket_that_no_endpoint_has_is_an_error()
    {
        var inet = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using var sockets = HandOver(Listen(UnixEndPoint("policy.sock")), inet);
        sockets.EnsureAllAmong([UnixEndPoint("other.sock"), UnixEndPoint("policy.sock"), inet.LocalEndPoint!]);

        var error = Assert.Throws<IOException>(() => sockets.EnsureAllAmong([inet.LocalEndPoint!]));
        Assert.StartsWith($"the service manager hands over unix:{UnixEndPoint("policy.sock")}, which listen does not name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_listening_stream_socket_is_an_error()
    {
        Socket datagram = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagram.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Socket silent = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Socket connected = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        connected.Connect(Listen(new IPEndPoint(IPAddress.Loopback, 0)).LocalEndPoint!);
        opened.AddRange([datagram, silent, connected]);

        foreach (var socket in (Socket[])[datagram, silent, connected])
            Assert.Contains("'name', which is no listening stream socket", Assert.Throws<IOException>(() => HandOver(socket)).Message, StringComparison.Ordinal);

        using var file = File.OpenHandle(Path.Combine(directory.FullName, "file"), FileMode.Create, FileAccess.Write);
        using SafeSocketHandle noSocket = new(file.DangerousGetHandle(), ownsHandle: false);
        Assert.Throws<IOException>(() => new HandedOverSockets([(noSocket, "name")]));
    }

    private static (int, string)[] Read(params (string Name, string Value)[] variables) =>
        [.. HandedOverSockets.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value, 77)];

    private static HandedOverSockets HandOver(params Socket[] sockets) => new(sockets.Select(socket => (socket.SafeHandle, "name")));

    private UnixDomainSocketEndPoint UnixEndPoint(string name) => new(Path.Combine(directory.FullName, name));

    private Socket Listen(EndPoint endpoint)
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        opened.Add(socket);
        socket.Bind(endpoint);
        socket.Listen();
        return socket;
    }
}
