using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PolicyDaemon.Hosting.Systemd;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting.Systemd;

public sealed class ServiceNotificationTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("pd-");
    private readonly Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly ManualClock clock = new();

    public ServiceNotificationTests() => manager.Bind(new UnixDomainSocketEndPoint(Address));

    private string Address => Path.Combine(directory.FullName, "notify");

    public void Dispose()
    {
        manager.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Service_manager_hears_of_start_reload_and_stop()
    {
        using var notification = Notify(("NOTIFY_SOCKET", Address));
        notification.Ready("policydaemon answers");
        notification.Reloading();
        notification.Ready("read again");
        notification.Stopping();

        Assert.Equal("READY=1\nSTATUS=policydaemon answers", Hear());
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={clock.GetTimestamp() / 10}\n"), Hear(), StringComparison.Ordinal);
        Assert.Equal("READY=1\nSTATUS=read again", Hear());
        Assert.StartsWith("STOPPING=1\n", Hear(), StringComparison.Ordinal);
    }

    [Fact]
    public void Address_may_be_in_the_abstract_namespace()
    {
        var name = $"policydaemon-test-{Guid.NewGuid():N}";
        using Socket hidden = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        hidden.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
        using var notification = Notify(("NOTIFY_SOCKET", $"@{name}"));
        notification.Ready("x");

        Assert.Equal("READY=1\nSTATUS=x", Hear(hidden));
    }

    [Fact]
    public void Watchdog_hears_twice_in_its_time()
    {
        using var notification = Notify(("NOTIFY_SOCKET", Address), ("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", "77"));
        Assert.Null(Hear());
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(("WATCHDOG=1", "WATCHDOG=1", null), (Hear(), Hear(), Hear()));
    }

    [Fact]
    public void Watchdog_of_another_process_is_left_alone()
    {
        using var notification = Notify(("NOTIFY_SOCKET", Address), ("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", "78"));
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(Hear());
    }

    [Fact]
    public void Without_a_service_manager_and_when_it_is_gone_nothing_happens()
    {
        foreach (var address in (string?[])[null, "", "vsock:2:1234", Path.Combine(directory.FullName, "gone")])
        {
            using var notification = Notify(("NOTIFY_SOCKET", address));
            notification.Ready("x");
            notification.Stopping();
        }

        Assert.Null(Hear());
    }

    private ServiceNotification Notify(params (string Name, string? Value)[] variables) =>
        new(name => variables.FirstOrDefault(variable => variable.Name == name).Value, 77, clock);

    private string? Hear(Socket? socket = null)
    {
        socket ??= manager;
        if (socket.Available == 0) return null;
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
