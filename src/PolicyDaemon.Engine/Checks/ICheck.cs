namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// One rule. It says what it would do; the engine applies the mode and the declared outcome for missing facts, so that no
/// check can get them wrong.
/// </summary>
public interface ICheck
{
    CheckName Name { get; }

    /// <summary>
    /// Judges the request. Facts are asked for through <paramref name="context"/>, which remembers them for the next check
    /// and for <c>ask</c>.
    /// </summary>
    ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken);
}

/// <summary>The checks there are, in configuration spelling <c>sendingBlock</c>, in logs <c>sending_block</c>.</summary>
public enum CheckName
{
    Storage,
    SendingBlock,
    SenderAuthorization,
    IdentityBinding,

    /// <summary>Asked of mail whose message is seen; a part of <see cref="IdentityBinding"/> in the configuration.</summary>
    HeaderFrom,
    RecipientExistence,

    /// <summary>Asked of mail whose message is seen.</summary>
    MessageRules,
    RateLimit,
}
