using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Hosting;
using PolicyDaemon.Hosting.Systemd;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class ListenersTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("pd-");

    private readonly Listeners listeners = new(null!, new HandedOverSockets([]));

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Unix_socket_is_open_to_its_group_from_the_start()
    {
        string path = Path.Combine(directory.FullName, "policy.sock");
        using Socket socket = listeners.Bind(new UnixDomainSocketEndPoint(path));

        Assert.Equal(UnixSocketFile.Mode, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Endpoint_that_cannot_be_listened_on_is_named()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();

        IOException inet = Assert.Throws<IOException>(() => listeners.Bind(other.LocalEndPoint!));
        IOException unix = Assert.Throws<IOException>(() => listeners.Bind(new UnixDomainSocketEndPoint("/proc/policy.sock")));

        Assert.Equal($"cannot listen on inet:{other.LocalEndPoint}: Address already in use", inet.Message);
        Assert.StartsWith("cannot listen on unix:/proc/policy.sock: ", unix.Message, StringComparison.Ordinal);
    }
}
