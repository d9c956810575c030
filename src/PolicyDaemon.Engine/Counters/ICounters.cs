namespace PolicyDaemon.Engine.Counters;

/// <summary>
/// Where limits are counted. In any interval as long as a limit's window, never more than the limit passes.
/// </summary>
/// <remarks>
/// The window slides in slices of a sixtieth of its length, the oldest counted whole: there is no edge at which twice the limit
/// fits through. The store's own clock counts. No method throws for a store that is down: that is
/// <see cref="CountOutcome.Unavailable"/>.
/// </remarks>
public interface ICounters
{
    /// <summary>Whether all of these charges would fit now. Charges nothing.</summary>
    ValueTask<CountAnswer> PeekAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken);

    /// <summary>Charges all of them, but soft ones that do not fit, or none, in one atomic step.</summary>
    /// <param name="chargeId">
    /// What makes the charge count once: instance, or instance and recipient; unique on this node. While an id that was charged is
    /// remembered, at least for as long as Postfix may repeat a request, a further call with it charges nothing and gives the first
    /// one's answer. An id that was refused is judged anew.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; whether it was charged is then unknown, and asking again with the same id is safe.</param>
    ValueTask<CountAnswer> ChargeAsync(string chargeId, IReadOnlyList<Charge> charges, CancellationToken cancellationToken);

    /// <summary>Gives back what was charged under this id: the mail was refused by us after all. Unknown ids are ignored.</summary>
    ValueTask RefundAsync(string chargeId, CancellationToken cancellationToken);

    /// <summary>Forgets what is counted for these keys, by an administrator's order: their limits are empty again.</summary>
    /// <returns>False: the store did not answer; whether they are forgotten is unknown.</returns>
    ValueTask<bool> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);
}

/// <summary>One limit's share of a message.</summary>
/// <param name="Key">What is counted: the limit's name, then who, canonical: <c>login-hour/login:alice</c>. Not twice among charges made together.</param>
/// <param name="Units">Messages, recipients or octets to add; 0 or more.</param>
/// <param name="Limit">The most that may pass in one window.</param>
/// <param name="Window">Length of the sliding window; always the same for one key.</param>
/// <param name="IsSoft">
/// One that does not fit is left out and reported, and the others are charged all the same: mail that a limit puts on hold still
/// uses up the limits that would refuse it.
/// </param>
public sealed record Charge(string Key, long Units, long Limit, TimeSpan Window, bool IsSoft = false);

public enum CountOutcome
{
    /// <summary>Could not count. First, so that a default value never permits.</summary>
    Unavailable,

    /// <summary>All fit (and, by a charge, are counted).</summary>
    Fits,

    /// <summary>Soft ones do not fit; all others do (and, by a charge, are counted).</summary>
    ExceededSoftly,

    /// <summary>One that is not soft does not fit; none is counted.</summary>
    Exceeded,
}

/// <param name="Charge">The first charge that decided the outcome; null when all fit.</param>
/// <param name="Used">Units of that charge's key in the present window.</param>
/// <param name="RetryAfter">When it would fit, if nobody else charged; zero when unknown or never.</param>
public sealed record CountAnswer(CountOutcome Outcome, Charge? Charge = null, long Used = 0, TimeSpan RetryAfter = default)
{
    public static readonly CountAnswer Fits = new(CountOutcome.Fits);

    public static readonly CountAnswer Unavailable = new(CountOutcome.Unavailable);

    /// <summary>One private line for log and <c>ask</c>.</summary>
    public string Describe() => Outcome switch
    {
        CountOutcome.Fits => "fits",
        CountOutcome.Exceeded or CountOutcome.ExceededSoftly => $"{Charge!.Key} {Used} + {Charge.Units} over {Charge.Limit} in {Charge.Window}",
        _ => "unavailable",
    };
}
