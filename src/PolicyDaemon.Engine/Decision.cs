using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine;

/// <summary>The engine's answer to one request. Only valid combinations can be made.</summary>
public sealed record Decision
{
    private Decision(Verdict verdict, CheckName? check, Reason? reason, SmtpReply? reply, string detail)
    {
        Verdict = verdict;
        Check = check;
        Reason = reason;
        Reply = reply;
        Detail = detail;
    }

    public static readonly Decision Dunno = new(Verdict.Dunno, null, null, null, "");

    public Verdict Verdict { get; }

    /// <summary>The check that decided; null for Dunno.</summary>
    public CheckName? Check { get; }

    /// <summary>Private; null for Dunno.</summary>
    public Reason? Reason { get; }

    /// <summary>Public; set for Reject and Defer, and only then.</summary>
    public SmtpReply? Reply { get; }

    /// <summary>The private cause, one sentence; may be empty.</summary>
    public string Detail { get; }

    /// <summary>What checks would have done had they been enforced, and what passed because facts were missing.</summary>
    public IReadOnlyList<Remark> Remarks { get; init; } = [];

    /// <summary>
    /// What to take out of the header of a message that goes on, to be done in this order: of fields with one name the last one first, because
    /// MTAs differ in whether a removal renumbers those behind it.
    /// </summary>
    public IReadOnlyList<HeaderRemoval> Removals { get; init; } = [];

    /// <summary>
    /// What this recipient was charged as; null: it was not. A front that sees the message's end tells it there, in
    /// <see cref="MailRequest.RecipientCharges"/>.
    /// </summary>
    public string? ChargedAs { get; init; }

    /// <param name="reply">Its code says whether this is Reject or Defer.</param>
    public static Decision Refuse(CheckName check, Reason reason, SmtpReply reply, string detail = "") =>
        new(reply.IsPermanent ? Verdict.Reject : Verdict.Defer, check, reason, reply, detail);

    public static Decision Hold(CheckName check, Reason reason, string detail = "") => new(Verdict.Hold, check, reason, null, detail);
}

/// <summary>Why a check's word did not count.</summary>
public enum RemarkKind
{
    /// <summary>The check is in observe mode.</summary>
    Observed,

    /// <summary>Its facts could not be had and the configuration says permit.</summary>
    PermittedUnavailable,
}

/// <summary>What a check found that did not become the decision.</summary>
/// <param name="Verdict">What it would have been; Defer when facts were missing.</param>
public sealed record Remark(RemarkKind Kind, CheckName Check, Verdict Verdict, Reason Reason, SmtpReply? Reply, string Detail);
