using PolicyDaemon.Engine;

namespace PolicyDaemon.Wire;

/// <summary>Decides one request; <see cref="DecisionEngine.DecideAsync"/> of the moment, so that a reload can replace the engine between two.</summary>
public delegate ValueTask<Decision> Decide(MailRequest request, CancellationToken cancellationToken);
