using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>The log lines of the ledger of deliveries.</summary>
internal sealed class LedgerLog(DaemonLog log)
{
    /// <param name="effect">What it means.</param>
    public void Fault(string effect, string cause) => log.Write(
        LogEventLevel.Error, LogEvents.LedgerFault, null, ("effect", effect), ("advice", "see to the space and the permissions of stateDirectory"), ("cause", cause));

    /// <summary>The journal is full of what the store has not.</summary>
    public void Dropped(long records) => log.Write(
        LogEventLevel.Error,
        LogEvents.LedgerDropped,
        null,
        ("records", records),
        ("effect", "policydaemon deliveries does not know these deliveries; the log has them"),
        ("advice", "bring the store back: it is given what the journal holds"));
}
