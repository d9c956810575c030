using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>The log lines of the ledger of deliveries.</summary>
internal sealed class LedgerLog(DaemonLog log)
{
    /// <param name="effect">What it means.</param>
    public void Fault(string effect, string cause) => log.Write(
        LogEventLevel.Error, LogEvents.LedgerFault, null, ("effect", effect), ("advice", "see to the space and the permissions of stateDirectory"), ("cause", cause));

    /// <param name="cause">Why the store does not take deliveries; null when it does again.</param>
    public void StoreChanged(string? cause)
    {
        if (cause is null)
        {
            log.Write(LogEventLevel.Information, LogEvents.LedgerHandedOver, null);
            return;
        }

        log.Write(
            LogEventLevel.Warning,
            LogEvents.LedgerWaiting,
            null,
            ("effect", "deliveries stay in this node's journal, and policydaemon deliveries shows only those; mail goes on"),
            ("advice", "see that the store answers and, with PostgreSQL, that policydaemon migrate has been run"),
            ("cause", cause));
    }

    /// <summary>The journal is full of what the store has not.</summary>
    public void Dropped(long records) => log.Write(
        LogEventLevel.Error,
        LogEvents.LedgerDropped,
        null,
        ("records", records),
        ("effect", "policydaemon deliveries does not know these deliveries; the log has them"),
        ("advice", "bring the store back: it is given what the journal holds"));
}
