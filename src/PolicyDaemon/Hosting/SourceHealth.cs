using System.Collections.Concurrent;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Files;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>Which sources answer: told by the sources when that changes, logged once for each change, and shown by <c>status</c>.</summary>
internal sealed class SourceHealth(DaemonLog log, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SourceReport> reports = new(StringComparer.Ordinal);

    /// <summary>Sources of which the log has last said that they are unavailable.</summary>
    private readonly ConcurrentDictionary<string, bool> silent = new(StringComparer.Ordinal);

    public IReadOnlyList<SourceReport> Reports => [.. reports.Values.OrderBy(report => report.Name, StringComparer.Ordinal)];

    /// <summary>The sources that the rules are asked of from now on.</summary>
    /// <param name="opened">Those that are opened anew: what was known under their names was about other servers.</param>
    public void Use(IReadOnlyCollection<string> sources, IReadOnlyCollection<string> opened)
    {
        foreach (var name in reports.Keys.Where(name => name != StoreWatch.Name && (opened.Contains(name) || !sources.Contains(name)))) reports.TryRemove(name, out _);
        foreach (var source in sources) reports.TryAdd(source, new SourceReport(source, SourceState.Unknown, null, null));
    }

    /// <summary>A source that outlives the rules.</summary>
    public void Include(string source) => reports.TryAdd(source, new SourceReport(source, SourceState.Unknown, null, null));

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
        Put(source, cause is null ? SourceState.Up : SourceState.Down, cause);
        if (cause is null)
        {
            Answers(source);
        }
        else
        {
            silent[source] = true;
            log.SourceUnavailable(source, cause);
        }
    }

    /// <summary>A source that has its own log lines: one whose content is kept in memory, which answers all the same, or the store.</summary>
    /// <param name="cause">Why it cannot be followed or asked; null: it is.</param>
    public void Follow(string source, string? cause) => Put(source, cause is null ? SourceState.Up : SourceState.Down, cause);

    /// <summary>A source that cannot be followed is asked instead.</summary>
    /// <param name="cause">Why it cannot be followed.</param>
    public void FallBack(string source, string cause) => Put(source, SourceState.Up, cause);

    /// <summary>There are answers again, be it from memory.</summary>
    public void Answers(string source)
    {
        if (silent.TryRemove(source, out _)) log.SourceAvailable(source);
    }

    public void ServerChanged(string source, LdapServerState state)
    {
        if (state.IsPassedOver) log.ServerPassedOver(source, state.Url.Text, state.Cause ?? "no answer");
        else log.ServerUsed(source, state.Url.Text);
    }

    /// <summary>A source found that what it is told to ask makes no sense to its server.</summary>
    public void Misconfigured(string problem) => log.ConfigurationWarning(problem);

    /// <summary>A file of a source was read, or cannot be.</summary>
    public void FileChanged(string source, FileChange change)
    {
        if (change.Fault is { } fault) log.FileFaulty(source, change.Path, fault);
        else log.FileRead(source, change.Path);
    }

    /// <summary>A source that keeps answers while it may.</summary>
    public void KeepingChanged(string source, PostgresCacheState state)
    {
        if (state.Cause is { } cause) log.AnswersNotKept(source, state.IsKeeping, cause);
        else log.AnswersKept(source);
    }

    /// <param name="error">Null: the last one is kept.</param>
    private void Put(string source, SourceState state, string? error)
    {
        // One that the rules are no longer asked of may still be ending its last requests.
        while (reports.TryGetValue(source, out var before) && !reports.TryUpdate(source, Next(before), before))
        {
            // Somebody was faster: once more, over what it wrote.
        }

        SourceReport Next(SourceReport before) =>
            new(source, state, before.State == state ? before.Since : time.GetUtcNow(), error ?? before.LastError);
    }
}
