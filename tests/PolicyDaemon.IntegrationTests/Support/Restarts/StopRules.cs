namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>
/// What a restart may cost, as docs/systemd.md says: nothing for who asks over the policy protocol or logs in; a temporary failure for who has a milter session open, or
/// has not yet sent a message whole to the LMTP listener.
/// </summary>
internal sealed class StopRules(IReadOnlyList<Restart> restarts)
{
    /// <summary>The shortest time that anybody waits for an answer: the policy client of the snippets, once. A restart that takes longer is no fault of who was away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly bool isLate = restarts.Any(restart => restart.Took > Patience);

    public static bool IsSuccess(Told told) => told.Answer is "DUNNO" or "c" || told.Answer.StartsWith('2');

    public bool Allow(Told told) => IsSuccess(told) || told switch
    {
        { Protocol: "policy" or "sasl" or "smtp" or "login", Answer: ['4', ..] } when isLate => true,
        { Protocol: "milter", Answer: "closed" } => IsCut(told),
        { Protocol: "lmtp", Answer: "closed before the dot" } => IsCut(told),
        { Protocol: "lmtp", Answer: var answer } => answer.StartsWith("421 4.3.2", StringComparison.Ordinal) && IsCut(told),

        // What Postfix makes of a milter that is gone; what it makes of other servers has other codes.
        { Protocol: "smtp", Answer: var answer } when answer.StartsWith("451 4.7.1", StringComparison.Ordinal) => IsCut(told),
        { Protocol: "login", Answer: var answer } when answer.StartsWith("454 4.3.0", StringComparison.Ordinal) => IsCut(told),
        _ => false,
    };

    private bool IsCut(Told told) => restarts.Any(restart => restart.Cut(told.Opened, told.Ended));
}
