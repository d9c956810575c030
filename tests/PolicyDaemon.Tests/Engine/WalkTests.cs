using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using Xunit;

namespace PolicyDaemon.Tests.Engine;

public sealed class WalkTests
{
    private static readonly SmtpReply Rejection = new(554, "7.1", "no");
    private static readonly CheckSettings Enforced = new(CheckMode.Enforce);

    private readonly Walk walk = new();

    [Fact]
    public void Nothing_against_it_is_Dunno()
    {
        walk.Add(CheckName.SendingBlock, Enforced, CheckResult.Dunno("fine"));
        Assert.Same(Decision.Dunno, walk.ToDecision());
    }

    [Fact]
    public void Hold_does_not_end_the_walk_and_a_later_refusal_overrides_it()
    {
        walk.Add(CheckName.SendingBlock, Enforced, CheckResult.Hold(Reason.BlockedLogin));
        Assert.False(walk.IsOver);
        walk.Add(CheckName.IdentityBinding, Enforced, CheckResult.Hold(Reason.LimitExceeded));
        Assert.Equal("hold blocked_login", EngineBench.Describe(walk.ToDecision()));
        walk.Add(CheckName.RateLimit, Enforced, CheckResult.Refuse(Reason.LimitExceeded, Rejection));
        Assert.True(walk.IsOver);
        Assert.Equal("reject 554 5.7.1 limit_exceeded", EngineBench.Describe(walk.ToDecision()));
    }

    [Fact]
    public void Observed_check_leaves_a_remark_and_no_decision()
    {
        walk.Add(CheckName.IdentityBinding, new(CheckMode.Observe), CheckResult.Refuse(Reason.SenderNotOwned, Rejection, "why"));
        var decision = walk.ToDecision();

        Assert.Equal(Verdict.Dunno, decision.Verdict);
        Assert.Equal(
            new Remark(RemarkKind.Observed, CheckName.IdentityBinding, Verdict.Reject, Reason.SenderNotOwned, Rejection, "why"), Assert.Single(decision.Remarks));
    }

    [Theory]
    [InlineData(CheckMode.Enforce, WhenUnavailable.Defer, true, Verdict.Defer, null)]
    [InlineData(CheckMode.Enforce, WhenUnavailable.Permit, true, Verdict.Dunno, RemarkKind.PermittedUnavailable)]
    [InlineData(CheckMode.Enforce, WhenUnavailable.Permit, false, Verdict.Defer, null)]
    [InlineData(CheckMode.Enforce, (WhenUnavailable)9, true, Verdict.Defer, null)]
    [InlineData(CheckMode.Observe, WhenUnavailable.Defer, true, Verdict.Dunno, RemarkKind.Observed)]
    [InlineData((CheckMode)9, WhenUnavailable.Defer, true, Verdict.Defer, null)]
    public void Missing_facts_become_what_the_check_declares(CheckMode mode, WhenUnavailable then, bool mayPermit, Verdict expected, RemarkKind? remark)
    {
        walk.Add(CheckName.RateLimit, new(mode, then), CheckResult.Unavailable(Reason.CountersUnavailable, "no answer", mayPermit));
        var decision = walk.ToDecision();

        Assert.Equal((expected, remark), (decision.Verdict, decision.Remarks.SingleOrDefault()?.Kind));
        Assert.NotEqual(true, decision.Reply?.IsPermanent);
    }

    [Theory]
    [InlineData("550 5.7.1 mine", "554 5.7.1 no", "550 5.7.1 mine")]
    [InlineData("450 4.7.1 mine", "554 5.7.1 no", "554 5.7.1 no")]
    [InlineData("550 5.7.1 mine", "451 4.7.1 later", "451 4.7.1 later")]
    public void Configured_reply_never_changes_the_class(string configured, string own, string expected)
    {
        Assert.True(SmtpReply.TryParse(configured, out var mine) & SmtpReply.TryParse(own, out var reply));
        walk.Add(CheckName.SendingBlock, Enforced with { Reply = mine }, CheckResult.Refuse(Reason.BlockedLogin, reply!));
        Assert.Equal(expected, walk.ToDecision().Reply?.Line);
    }

    [Fact]
    public void Missing_facts_get_no_configured_reply()
    {
        walk.Add(CheckName.SendingBlock, Enforced with { Reply = Rejection }, CheckResult.Unavailable(Reason.BlocksUnavailable, ""));
        Assert.Equal("451 4.3.0", walk.ToDecision().Reply?.Line[..9]);
    }

    [Fact]
    public void Detail_is_kept()
    {
        walk.Add(CheckName.SendingBlock, Enforced, CheckResult.Hold(Reason.BlockedLogin, "why"));
        Assert.Equal("why", walk.ToDecision().Detail);
    }
}
