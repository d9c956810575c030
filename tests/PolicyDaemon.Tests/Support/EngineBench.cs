using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests;

/// <summary>An engine with doubles around it.</summary>
internal sealed class EngineBench
{
    public EngineBench() => Counters = new TestCounters(Clock);

    public TestDirectory Directory { get; init; } = new();

    /// <summary>What the engine asks; <see cref="Directory"/> unless another is given.</summary>
    public IDirectory? Asked { get; init; }

    public TestBlocks Blocks { get; } = new();

    public TestCounters Counters { get; }

    public TestQuota Quota { get; } = new();

    public ManualClock Clock { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public PolicySnapshot Policy { get; set; } = Mail.Policy;

    public DecisionEngine Engine => new(Policy, new FactSources(Asked ?? Directory, Blocks, Counters, Quota), Observer, Clock);

    public ValueTask<Decision> DecideAsync(MailRequest request, CancellationToken cancellationToken = default) =>
        Engine.DecideAsync(request, cancellationToken);

    /// <summary>Leaves one check on and the others off.</summary>
    public EngineBench Only(CheckName check)
    {
        foreach (var other in Enum.GetValues<CheckName>())
        {
            if (other != check) Policy = Policy.With(other, new CheckSettings(CheckMode.Off));
        }

        return this;
    }

    /// <summary><c>reject 554 5.7.1 sending_disabled</c>, <c>hold limit_exceeded</c>, <c>dunno</c>.</summary>
    public static string Describe(Decision decision)
    {
        var words = new[]
        {
            decision.Verdict.ToString().ToLowerInvariant(),
            decision.Reply is { } reply ? $"{reply.Code} {reply.Status}" : null,
            decision.Reason?.Name,
        };
        return string.Join(' ', words.OfType<string>());
    }
}

/// <summary>Told what the engine decided.</summary>
internal sealed class RecordingObserver : IDecisionObserver
{
    public List<Decision> Decisions { get; } = [];

    /// <summary>Of the last decision.</summary>
    public DecisionFacts Facts { get; private set; }

    public List<(CheckName Check, Exception Exception)> Faults { get; } = [];

    public void OnDecision(MailRequest request, Decision decision, DecisionFacts facts)
    {
        Decisions.Add(decision);
        Facts = facts;
    }

    public void OnFault(MailRequest request, CheckName check, Exception exception) => Faults.Add((check, exception));
}
