using PolicyDaemon.Admin;
using PolicyDaemon.Engine;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>The rules in force now. A reload replaces them whole; a request keeps those it began with.</summary>
internal sealed class LiveRules(RuleSet first)
{
    private volatile RuleSet current = first;

    public RuleSet Current => current;

    public ValueTask<Decision> DecideAsync(MailRequest request, CancellationToken cancellationToken) =>
        current.Engine.DecideAsync(request, cancellationToken);

    /// <returns>The rules that were in force before.</returns>
    public RuleSet Replace(RuleSet next) => Interlocked.Exchange(ref current, next);

    /// <summary>What an administrator's operations work on: always the rules in force.</summary>
    public AdministeredParts Administered(Stores stores, DaemonLog log, TimeProvider time, Func<StatusReport> status) => new()
    {
        Policy = () => Current.Policy,
        Engine = () => Current.Engine,
        Directory = () => Current.Sources.Directory,
        Mailboxes = () => Current.Options.Directory.Sqlite is null ? null : stores.Directory,
        Blocks = stores.Blocks,
        Log = log,
        Time = time,
        Status = status,
    };
}
