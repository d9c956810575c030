using System.Globalization;
using PolicyDaemon.Backends.Ldap.Sync;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>
/// The log lines of a directory that is kept in memory. Each alarm says what happened, what it means for mail (<c>effect</c>) and what to
/// do (<c>advice</c>).
/// </summary>
internal sealed class LdapLog(DaemonLog log, TimeProvider time)
{
    /// <param name="status">How the replication is after the event.</param>
    /// <param name="staleFor">How long its view counts.</param>
    public void Write(string source, SyncEvent heard, SyncStatus status, TimeSpan staleFor)
    {
        switch (heard)
        {
            case SyncRefreshed refreshed:
                WriteRefreshed(source, refreshed);
                break;
            case SyncViewUsed used:
                log.Write(
                    LogEventLevel.Information, LogEvents.LdapViewUsed, null,
                    ("source", source), ("accounts", used.Entries), ("age_ms", (long)used.Age.TotalMilliseconds), ("from", used.IsSaved ? "file" : "server"));
                break;
            case SyncFellBack fellBack:
                log.Write(
                    LogEventLevel.Warning, LogEvents.LdapLookup, null,
                    ("source", source), ("effect", "a server is asked for each question"), ("cause", fellBack.Cause));
                break;
            case SyncSilent silent:
                WriteSilent(source, silent, status, staleFor);
                break;
            case SyncConflict conflict:
                WriteConflict(source, conflict);
                break;
            case SyncSavedViewProblem problem:
                log.Write(
                    LogEventLevel.Warning, LogEvents.LdapSavedView, null,
                    ("source", source), ("path", problem.Path), ("effect", "a restart without a server has no accounts to go on with"), ("cause", problem.Cause));
                break;
            default:
                WriteAlarm(source, heard, status, staleFor);
                break;
        }
    }

    /// <remarks>A directory without anybody is one that we may not read, far more often than an empty one.</remarks>
    private void WriteRefreshed(string source, SyncRefreshed refreshed)
    {
        List<(string, object)> fields =
        [
            ("source", source), ("provider", refreshed.Provider), ("changed", refreshed.Changed), ("removed", refreshed.Removed),
            ("accounts", refreshed.Entries), ("took_ms", (long)refreshed.Took.TotalMilliseconds),
        ];
        if (refreshed.Entries == 0) fields.Add(("advice", "nobody is there: see whether baseDn and filter name the accounts, and whether the server's rules let the bind DN read them"));
        log.Write(refreshed.Entries == 0 ? LogEventLevel.Warning : LogEventLevel.Information, LogEvents.LdapRefreshed, null, [.. fields]);
    }

    private void WriteAlarm(string source, SyncEvent heard, SyncStatus status, TimeSpan staleFor)
    {
        switch (heard)
        {
            case SyncInterrupted interrupted:
                WriteInterrupted(source, interrupted, EffectOfOutage(status, staleFor));
                break;
            case SyncWithheld withheld:
                log.Write(
                    LogEventLevel.Error, LogEvents.LdapWithheld, null,
                    ("source", source), ("provider", withheld.Provider), ("withheld", withheld.Withheld), ("accounts", withheld.Total),
                    ("effect", "they stay as they were; other changes are in force"), ("advice", withheld.Advice));
                break;
            case SyncProviderBehind behind:
                log.Write(
                    LogEventLevel.Error, LogEvents.LdapProviderBehind, null,
                    ("source", source), ("provider", behind.Provider), ("older", behind.Older),
                    ("effect", "the newer state of these accounts stays in force"), ("advice", behind.Advice), ("cause", behind.Cause));
                break;
            case SyncSettled settled:
                log.Write(
                    LogEventLevel.Information, LogEvents.LdapSettled, null,
                    ("source", source), ("provider", settled.Provider), ("cause", settled.Cause));
                break;
        }
    }

    private void WriteInterrupted(string source, SyncInterrupted interrupted, string effect)
    {
        List<(string, object)> fields = [("source", source), ("effect", effect)];
        if (interrupted.Advice is { } advice) fields.Add(("advice", advice));
        fields.Add(("cause", interrupted.Cause));
        log.Write(interrupted.Advice is null ? LogEventLevel.Warning : LogEventLevel.Error, LogEvents.LdapInterrupted, null, [.. fields]);
    }

    private void WriteSilent(string source, SyncSilent silent, SyncStatus status, TimeSpan staleFor) => log.Write(
        silent.IsStale ? LogEventLevel.Error : LogEventLevel.Warning,
        silent.IsStale ? LogEvents.LdapStale : LogEvents.LdapSilent,
        null,
        ("source", source),
        ("age_s", (long)silent.Age.TotalSeconds),
        ("effect", silent.IsStale ? "the accounts in memory count no more: checks take their whenUnavailable" : EffectOfOutage(status, staleFor)),
        ("advice", "see whether the LDAP server runs and this machine reaches it"),
        ("cause", status.Cause ?? ""));

    private void WriteConflict(string source, SyncConflict conflict) => log.Write(
        conflict.IsLogin ? LogEventLevel.Warning : LogEventLevel.Information,
        LogEvents.LdapConflict,
        null,
        ("source", source),
        ("of", conflict.IsLogin ? "login" : "address"),
        ("effect", conflict.IsLogin ? "nobody can send by this login" : "all of them own the address"),
        ("key", conflict.Key),
        ("entries", string.Join(" and ", conflict.Dns)));

    private string EffectOfOutage(SyncStatus status, TimeSpan staleFor)
    {
        if (status.IsStale) return "the accounts in memory count no more: checks take their whenUnavailable";
        if (status.Connection == SyncConnection.Unsupported) return "a server is asked for each question";
        if (!status.IsViewUsed) return "there are no accounts in memory: a server is asked for each question, and without an answer checks take their whenUnavailable";
        var end = time.GetUtcNow() + staleFor - (status.Age ?? TimeSpan.Zero);
        return string.Create(CultureInfo.InvariantCulture, $"mail goes on by the {status.Entries} accounts in memory until {end:u}");
    }
}
