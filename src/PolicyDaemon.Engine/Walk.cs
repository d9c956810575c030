using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine;

/// <summary>
/// The answers of the checks, in order, becoming one decision: the first Reject or Defer stands and ends the walk; a Hold is
/// remembered and a later refusal overrides it.
/// </summary>
internal sealed class Walk
{
    private static readonly SmtpReply UnavailableReply = new(451, "3.0", "Temporary lookup failure, try again later");

    private List<Remark>? remarks;
    private Decision? refusal;
    private Decision? hold;
    private IReadOnlyList<HeaderRemoval>? removals;
    private string? chargedAs;

    /// <summary>Forgets the walk before.</summary>
    public void Begin()
    {
        remarks = null;
        refusal = hold = null;
        removals = null;
        chargedAs = null;
    }

    /// <summary>The decision if this check were the only one and enforced, for explanations.</summary>
    public static Decision Alone(CheckName check, CheckSettings settings, CheckResult result)
    {
        var walk = new Walk();
        walk.Add(check, settings with { Mode = CheckMode.Enforce }, result);
        return walk.ToDecision();
    }

    public bool IsOver => refusal is not null;

    public void Add(CheckName check, CheckSettings settings, CheckResult result)
    {
        chargedAs ??= result.ChargedAs;
        if (result.Removals is { Count: > 0 } unwanted) Remove(check, settings, unwanted);
        if (Judge(check, settings, result) is not { } judged) return;
        if (settings.Mode == CheckMode.Observe)
        {
            Remark(RemarkKind.Observed, judged);
        }
        else if (judged.Verdict == Verdict.Hold)
        {
            hold ??= judged;
        }
        else
        {
            refusal = judged;
        }
    }

    public Decision ToDecision()
    {
        var decision = refusal ?? hold ?? Decision.Dunno;
        if (removals is not null && refusal is null) decision = decision with { Removals = removals };
        if (chargedAs is not null) decision = decision with { ChargedAs = chargedAs };
        return remarks is null ? decision : decision with { Remarks = remarks };
    }

    private void Remove(CheckName check, CheckSettings settings, IReadOnlyList<HeaderRemoval> unwanted)
    {
        if (settings.Mode == CheckMode.Enforce) removals = unwanted;
        else (remarks ??= []).Add(new Remark(RemarkKind.Observed, check, Verdict.Dunno, Reason.HeaderRemoved, null, HeaderRemoval.Describe(unwanted)));
    }

    private Decision? Judge(CheckName check, CheckSettings settings, CheckResult result)
    {
        if (result.IsUnavailable)
        {
            var deferral = Decision.Refuse(check, result.Reason!, UnavailableReply, result.Detail);
            if (settings.WhenUnavailable != WhenUnavailable.Permit || !result.MayPermit) return deferral;
            Remark(RemarkKind.PermittedUnavailable, deferral);
            return null;
        }

        return result.Verdict switch
        {
            Verdict.Dunno => null,
            Verdict.Hold => Decision.Hold(check, result.Reason!, result.Detail),
            _ => Decision.Refuse(check, result.Reason!, ReplyFor(settings, result), result.Detail),
        };
    }

    /// <summary>A configured reply replaces a check's own only where it is of the same class: a deferral never becomes permanent.</summary>
    private static SmtpReply ReplyFor(CheckSettings settings, CheckResult result) =>
        settings.Reply is { } configured && configured.IsPermanent == result.Reply!.IsPermanent ? configured : result.Reply!;

    private void Remark(RemarkKind kind, Decision judged) =>
        (remarks ??= []).Add(new Remark(kind, judged.Check!.Value, judged.Verdict, judged.Reason!, judged.Reply, judged.Detail));
}
