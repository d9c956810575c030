using System.Collections.Concurrent;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>Which sources answer: told by the sources when that changes, logged once for each change, and shown by <c>status</c>.</summary>
internal sealed class SourceHealth(DaemonLog log, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SourceReport> reports = new(StringComparer.Ordinal);

    public IReadOnlyList<SourceReport> Reports => [.. reports.Values.OrderBy(report => report.Name, StringComparer.Ordinal)];

    /// <summary>The sources that the rules are asked of from now on.</summary>
    /// <param name="opened">One that is opened anew: what was known under its name was about other servers. Null: none.</param>
    public void Use(IReadOnlyCollection<string> sources, string? opened)
    {
        foreach (var name in reports.Keys.Where(name => name == opened || !sources.Contains(name))) reports.TryRemove(name, out _);
        foreach (var source in sources) reports.TryAdd(source, new SourceReport(source, SourceState.Unknown, null, null));
    }

    /// <summary>All sources were asked, and those that could not answer have said so.</summary>
    public void Settle()
    {
        foreach (var (name, report) in reports)
        {
            if (report.State == SourceState.Unknown) reports.TryUpdate(name, report with { State = SourceState.Up, Since = time.GetUtcNow() }, report);
        }
    }

    /// <param name="cause">Why the source cannot be asked; null: it can be again.</param>
    public void Changed(string source, string? cause)
    {
        var state = cause is null ? SourceState.Up : SourceState.Down;

        // One that the rules are no longer asked of may still be ending its last requests.
        while (reports.TryGetValue(source, out var before) &&
            !reports.TryUpdate(source, new SourceReport(source, state, time.GetUtcNow(), cause ?? before.LastError), before))
        {
            // Somebody was faster: once more, over what it wrote.
        }

        if (cause is not null) log.SourceUnavailable(source, cause);
        else log.SourceAvailable(source);
    }

    public void ServerChanged(string source, LdapServerState state)
    {
        if (state.IsPassedOver) log.ServerPassedOver(source, state.Url.Text, state.Cause ?? "no answer");
        else log.ServerUsed(source, state.Url.Text);
    }
}
