using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine.Checks;

/// <summary>What one check found: nothing against it, a refusal, or that it could not tell.</summary>
public readonly record struct CheckResult
{
    private CheckResult(Verdict verdict, Reason? reason, SmtpReply? reply, string detail, bool isUnavailable = false, bool mayPermit = true)
    {
        Verdict = verdict;
        Reason = reason;
        Reply = reply;
        Detail = detail;
        IsUnavailable = isUnavailable;
        MayPermit = mayPermit;
    }

    public Verdict Verdict { get; }

    /// <summary>Null for Dunno.</summary>
    public Reason? Reason { get; }

    /// <summary>Set for Reject and Defer; null for Dunno, Hold and Unavailable.</summary>
    public SmtpReply? Reply { get; }

    /// <summary>The private cause, one sentence for log and <c>ask</c>; may be empty.</summary>
    public string Detail { get; }

    /// <summary>The facts could not be had: the check's <see cref="WhenUnavailable"/> decides.</summary>
    public bool IsUnavailable { get; }

    /// <summary>
    /// False: what is known forbids it, and what is missing could only allow it after all. Then not even
    /// <see cref="WhenUnavailable.Permit"/> lets it pass.
    /// </summary>
    public bool MayPermit { get; }

    /// <summary>What to take out of the header if the message goes on and the check is enforced; null: nothing.</summary>
    public IReadOnlyList<HeaderRemoval>? Removals { get; init; }

    /// <summary>What a recipient was charged as just now, for it to be given back; null: nothing was.</summary>
    public string? ChargedAs { get; init; }

    public static CheckResult Dunno(string detail = "") => new(Verdict.Dunno, null, null, detail);

    /// <summary>Reject or Defer, by the reply's code.</summary>
    public static CheckResult Refuse(Reason reason, SmtpReply reply, string detail = "") =>
        new(reply.IsPermanent ? Verdict.Reject : Verdict.Defer, reason, reply, detail);

    public static CheckResult Hold(Reason reason, string detail = "") => new(Verdict.Hold, reason, null, detail);

    public static CheckResult Unavailable(Reason reason, string cause, bool mayPermit = true) =>
        new(Verdict.Dunno, reason, null, cause, isUnavailable: true, mayPermit);
}
