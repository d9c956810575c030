using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Hosting.Systemd;

/// <summary>Tells the service manager how the daemon is, by datagrams as sd_notify(3) has them. Without one, and when it is gone, nothing happens.</summary>
internal sealed class ServiceNotification : IDisposable
{
    /// <summary>A service manager that reads no more must not hold us up.</summary>
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private readonly Socket? socket;
    private readonly UnixDomainSocketEndPoint? manager;
    private readonly ITimer? watchdog;

    /// <param name="environment">NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are read.</param>
    public ServiceNotification(Func<string, string?> environment, int processId, TimeProvider time)
    {
        this.time = time;
        if (environment("NOTIFY_SOCKET") is not { Length: > 1 } address || address[0] is not ('/' or '@')) return;
        manager = new UnixDomainSocketEndPoint(address[0] == '@' ? $"\0{address[1..]}" : address);
        socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = (int)SendLimit.TotalMilliseconds };
        if (ReadWatchdog(environment, processId) is { } limit)
        {
            // On the thread pool: a daemon without a free thread, or that stands still, misses it.
            watchdog = time.CreateTimer(_ => Send("WATCHDOG=1"), null, limit / 2, limit / 2);
        }
    }

    /// <summary>The daemon listens, or has read its configuration again.</summary>
    /// <param name="status">One line for <c>systemctl status</c>.</param>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>The configuration is read again; <see cref="Ready"/> follows, whatever comes of it.</summary>
    /// <remarks>The time, on the system's monotonic clock, is for Type=notify-reload of newer versions.</remarks>
    public void Reloading() => Send(string.Create(
        CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / (time.TimestampFrequency / 1_000_000)}\nSTATUS=reading the configuration"));

    public void Stopping() => Send("STOPPING=1\nSTATUS=answering what has begun");

    public void Dispose()
    {
        watchdog?.Dispose();
        socket?.Dispose();
    }

    /// <returns>The time after which the service manager takes a silent daemon to be dead; null: it does not watch this process.</returns>
    private static TimeSpan? ReadWatchdog(Func<string, string?> environment, int processId)
    {
        var isOurs = environment("WATCHDOG_PID") is not { } watched || watched == processId.ToString(CultureInfo.InvariantCulture);
        return isOurs && uint.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? TimeSpan.FromMicroseconds(limit)
            : null;
    }

    private void Send(string message)
    {
        try
        {
            socket?.SendTo(Encoding.UTF8.GetBytes(message), SocketFlags.None, manager!);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Nobody hears us, and there is nobody else to tell.
        }
    }
}
