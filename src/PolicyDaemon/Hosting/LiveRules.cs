using PolicyDaemon.Engine;

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
}
