using System.Net.Sockets;
using PolicyDaemon.Hosting;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class UnixSocketFileTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("pd-");

    private string SocketPath => Path.Combine(directory.FullName, "sockets", "policy.sock");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Missing_directory_is_an_error_that_says_how_to_make_it_and_is_not_made()
    {
        string missing = Path.GetDirectoryName(SocketPath)!;

        IOException error = Assert.Throws<IOException>(() => UnixSocketFile.Prepare(SocketPath));

        Assert.EndsWith($"such as: install -d -g postfix -m 2750 {missing}", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public void Socket_left_behind_by_a_killed_daemon_is_removed()
    {
        string aside = SocketPath + ".aside";
        using (Socket dead = Bind())
        {
            // .NET removes the file of a socket that it closes; a daemon that is killed cannot.
            File.Move(SocketPath, aside);
        }

        File.Move(aside, SocketPath);
        UnixSocketFile.Prepare(SocketPath);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public void Socket_that_somebody_listens_on_stays_and_is_an_error()
    {
        using Socket live = Bind();
        live.Listen();

        IOException error = Assert.Throws<IOException>(() => UnixSocketFile.Prepare(SocketPath));
        Assert.Equal($"unix:{SocketPath} is in use: another process listens there", error.Message);
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void Owner_and_group_may_connect_and_nobody_else()
    {
        using Socket live = Bind();
        UnixSocketFile.Open(SocketPath);

        Assert.Equal(UnixSocketFile.Mode, File.GetUnixFileMode(SocketPath));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, UnixSocketFile.Mode);
    }

    private Socket Bind()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }
}
