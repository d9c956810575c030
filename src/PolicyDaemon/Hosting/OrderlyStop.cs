using PolicyDaemon.Configuration;

namespace PolicyDaemon.Hosting;

/// <summary>
/// The order in which the daemon's fronts end. Deliveries first, since Dovecot may take its time with one; then the milter, since who has a message open there asks the policy protocol
/// about it. Meanwhile all others are served: to Postfix's policy client and at logins nobody is away but for the moment between two processes.
/// </summary>
internal sealed class OrderlyStop(Listeners listeners, ListenOptions listen, TimeProvider time) : IDisposable
{
    /// <summary>
    /// For a message that the mail store has and has not answered for: given up, it would be delivered twice. With <see cref="LastLimit"/> half a minute; with all limits
    /// less than the service manager's patience.
    /// </summary>
    private static readonly TimeSpan DeliveryLimit = TimeSpan.FromSeconds(24);

    /// <summary>More than the milter gives a message that is in hand.</summary>
    private static readonly TimeSpan MilterLimit = TimeSpan.FromSeconds(5);

    /// <summary>For all that is left then, whatever peers do.</summary>
    public static readonly TimeSpan LastLimit = TimeSpan.FromSeconds(6);

    public StopStage Lmtp { get; } = new();

    public StopStage Milter { get; } = new();

    public async Task StopEarlyAsync()
    {
        listeners.Close(listen.Lmtp);
        await Lmtp.StopAsync(DeliveryLimit, time);
        listeners.Close(listen.Milter);
        await Milter.StopAsync(MilterLimit, time);
    }

    public void Dispose()
    {
        Lmtp.Dispose();
        Milter.Dispose();
    }
}
