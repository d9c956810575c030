using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>Passes on what a replication tells: to the log, to <c>status</c> and to the metrics.</summary>
internal sealed class SyncWatch(DaemonLog log, SourceHealth health, DaemonMetrics metrics, TimeProvider time)
{
    private readonly LdapLog lines = new(log, time);

    /// <param name="status">How the replication is after it.</param>
    /// <param name="staleFor">How long its view counts.</param>
    public void Hear(string source, SyncEvent heard, SyncStatus status, TimeSpan staleFor)
    {
        lines.Write(source, heard, status, staleFor);
        switch (heard)
        {
            case SyncRefreshed:
                metrics.Ldap.CountRefresh(source);
                health.Follow(source, null);
                break;
            case SyncInterrupted { Cause: var cause } when status.Connection == SyncConnection.Unsupported:
                health.FallBack(source, cause);
                break;
            case SyncInterrupted { Cause: var cause }:
                health.Follow(source, cause);
                break;
            case SyncViewUsed:
                health.Answers(source);
                break;
        }
    }
}
