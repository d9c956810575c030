using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine;

/// <summary>What one decision needs while it is made; cleared and used again by the next, so that a decision makes no garbage.</summary>
internal sealed class Workplace(PolicySnapshot policy, IDirectory directory, TimeProvider time)
{
    public DecisionContext Context { get; } = new(policy, directory);

    public Walk Walk { get; } = new();

    public Deadline Deadline { get; } = new(policy.Deadline, time);

    public void Begin(MailRequest request, DateTimeOffset now, CancellationToken caller)
    {
        Context.Begin(request, now, isRehearsal: false);
        Walk.Begin();
        Deadline.Begin(caller);
    }

    /// <returns>False: a backend that did not answer in time may still work on it. It must not be used again.</returns>
    public bool TryEnd()
    {
        if (Deadline.TryEnd()) return true;
        Deadline.Dispose();
        return false;
    }
}
