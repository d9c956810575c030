using PolicyDaemon.Engine.Checks;

namespace PolicyDaemon.Engine;

/// <summary>Told once about every decision; log lines and metrics are made there and nowhere else. Must not block or throw.</summary>
public interface IDecisionObserver
{
    void OnDecision(MailRequest request, Decision decision, DecisionFacts facts);

    /// <summary>A check threw: our mistake. The decision that follows counts its facts as unavailable.</summary>
    void OnFault(MailRequest request, CheckName check, Exception exception);
}
