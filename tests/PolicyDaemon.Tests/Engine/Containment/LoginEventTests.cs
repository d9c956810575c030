using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Containment;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Containment;

public sealed class LoginEventTests
{
    private static readonly SmtpReply Reply = new(450, "7.1", "later");

    private static readonly MailRequest Request = Mail.FromLogin("Alice", "alice@truenorth.local", "no@truenorth.local");

    [Fact]
    public void Refusal_by_limit_is_one_of_its_message()
    {
        var seen = LoginEvent.Of(Request, Refusal(Reason.LimitExceeded), areNetworksCounted: false, "alice.north")!;

        Assert.Equal(new LoginEvent("alice", "alice.north", ContainmentTrigger.LimitRefusals, Request.Instance, Mail.Outside), seen);
    }

    [Fact]
    public void Message_that_a_limit_holds_counts_like_one_that_it_refuses() => Assert.Equal(
        ContainmentTrigger.LimitRefusals,
        LoginEvent.Of(Request, Decision.Hold(CheckName.RateLimit, Reason.LimitExceeded), areNetworksCounted: false)!.Refusal);

    [Fact]
    public void Unknown_recipient_is_one_of_its_address() =>
        Assert.Equal(
            (ContainmentTrigger.UnknownRecipients, "no@truenorth.local"),
            LoginEvent.Of(Request, Refusal(Reason.RecipientUnknown), areNetworksCounted: false) is { } seen ? (seen.Refusal!.Value, seen.Value) : default);

    [Fact]
    public void Other_refusals_and_passed_mail_matter_only_where_networks_are_counted()
    {
        Assert.Null(LoginEvent.Of(Request, Refusal(Reason.SenderNotOwned), areNetworksCounted: false));
        Assert.Null(LoginEvent.Of(Request, Decision.Dunno, areNetworksCounted: false));
        Assert.Null(LoginEvent.Of(Request, Decision.Dunno, areNetworksCounted: true)!.Refusal);
    }

    [Fact]
    public void What_an_observed_check_would_have_done_is_no_refusal()
    {
        var remark = new Remark(RemarkKind.Observed, CheckName.RateLimit, Verdict.Defer, Reason.LimitExceeded, Reply, "");

        Assert.Null(LoginEvent.Of(Request, Decision.Dunno with { Remarks = [remark] }, areNetworksCounted: false));
    }

    [Fact]
    public void Mail_without_a_login_is_nobodys() =>
        Assert.Null(LoginEvent.Of(Request with { SaslUsername = "" }, Refusal(Reason.LimitExceeded), areNetworksCounted: true));

    [Fact]
    public void Long_text_of_a_client_is_cut() => Assert.Equal(
        320, LoginEvent.Of(Request with { Instance = new string('x', 5000) }, Refusal(Reason.LimitExceeded), areNetworksCounted: false)!.Value.Length);

    [Fact]
    public async Task Decision_names_the_account_of_the_login()
    {
        var bench = new EngineBench();
        bench.Directory.Add(Mail.Account("alice") with { Logins = ["alice", "alice@truenorth.local"] });

        await bench.DecideAsync(Mail.FromLogin("alice@truenorth.local", "alice@truenorth.local"), TestContext.Current.CancellationToken);

        Assert.Equal("alice", bench.Observer.Facts.Account);
    }

    private static Decision Refusal(Reason reason) => Decision.Refuse(CheckName.RateLimit, reason, Reply);
}
