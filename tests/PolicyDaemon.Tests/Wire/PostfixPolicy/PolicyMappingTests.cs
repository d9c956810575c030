using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

public sealed class PolicyMappingTests
{
    public static TheoryData<string, string?, SmtpStage, string?> Stages => new()
    {
        // protocol_state, sender -> stage, envelope sender
        { "Connect", "", SmtpStage.Connect, null },
        { "Connect", null, SmtpStage.Connect, null },
        { "Ehlo", "", SmtpStage.Helo, null },
        { "Helo", "", SmtpStage.Helo, null },
        { "Mail", "", SmtpStage.Mail, "" },
        { "Mail", "alice@truenorth.local", SmtpStage.Mail, "alice@truenorth.local" },
        { "Rcpt", "", SmtpStage.Rcpt, "" },
        { "Rcpt", null, SmtpStage.Rcpt, "" },
        { "Rcpt", "alice@truenorth.local", SmtpStage.Rcpt, "alice@truenorth.local" },
        { "Data", "", SmtpStage.Data, "" },
        { "EndOfMessage", "", SmtpStage.EndOfMessage, "" },
        { "Vrfy", "", SmtpStage.Other, null },
        { "Etrn", "", SmtpStage.Other, null },
        { "Vrfy", "alice@truenorth.local", SmtpStage.Other, "alice@truenorth.local" },
    };

    public static TheoryData<Verdict, string> Actions => new()
    {
        { Verdict.Dunno, "DUNNO" },
        { Verdict.Reject, "554 5.7.1 Sending is disabled for this account" },
        { Verdict.Defer, "451 4.3.0 Temporary lookup failure, try again later" },
        { Verdict.Hold, "HOLD policydaemon: blocked_login" },
    };

    [Theory]
    [MemberData(nameof(Stages))]
    public void Stage_and_sender_are_told_as_far_as_the_session_has_come(string state, string? sender, SmtpStage stage, string? envelopeSender)
    {
        PolicyRequest request = new() { ProtocolState = Enum.Parse<ProtocolState>(state), Sender = sender };
        var mapped = PolicyMapping.ToMailRequest(request);
        Assert.Equal(stage, mapped.Stage);
        Assert.Equal(envelopeSender, mapped.EnvelopeSender);
    }

    [Fact]
    public void Every_state_but_a_missing_one_has_a_stage()
    {
        foreach (var state in Enum.GetValues<ProtocolState>().Where(state => state != ProtocolState.Missing))
        {
            PolicyMapping.ToMailRequest(new PolicyRequest { ProtocolState = state });
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => PolicyMapping.ToMailRequest(default));
    }

    [Fact]
    public void Every_attribute_that_is_read_reaches_the_engine()
    {
        PolicyRequest request = new()
        {
            ProtocolState = ProtocolState.EndOfMessage,
            ClientAddress = IPAddress.Loopback,
            ClientName = "mail.example.org",
            HeloName = "helo.example.org",
            Sender = "alice@truenorth.local",
            Recipient = "bob@truenorth.local",
            RecipientCount = 2,
            QueueId = "AF4BBB48956",
            Instance = "5be7.6b0092f8.b28d2.0",
            Size = 2432,
            SaslUsername = "alice",
            PolicyContext = "submission",
        };
        MailRequest expected = new()
        {
            Stage = SmtpStage.EndOfMessage,
            ClientAddress = IPAddress.Loopback,
            ClientName = "mail.example.org",
            HeloName = "helo.example.org",
            EnvelopeSender = "alice@truenorth.local",
            Recipient = "bob@truenorth.local",
            RecipientCount = 2,
            QueueId = "AF4BBB48956",
            Instance = "5be7.6b0092f8.b28d2.0",
            Size = 2432,
            SaslUsername = "alice",
            PolicyContext = "submission",
        };
        Assert.Equal(expected, PolicyMapping.ToMailRequest(request));
    }

    [Fact]
    public void Request_without_attributes_has_no_null_text() =>
        Assert.Equal(new MailRequest { Stage = SmtpStage.Helo }, PolicyMapping.ToMailRequest(new PolicyRequest { ProtocolState = ProtocolState.Helo }));

    [Theory]
    [MemberData(nameof(Actions))]
    public void Verdict_becomes_its_action(Verdict verdict, string action) => Assert.Equal(action, PolicyMapping.ToAction(DecisionOf(verdict)));

    [Fact]
    public void Every_verdict_is_in_the_table() =>
        Assert.Equal(Enum.GetValues<Verdict>().Order(), Actions.Select(row => row.Data.Item1).Order());

    /// <summary>A word that a later engine may say must not become a permit here.</summary>
    [Fact]
    public void Unknown_verdict_defers_with_451_4_3_5() =>
        Assert.Equal("451 4.3.5 Server configuration problem", PolicyMapping.ToAction((Verdict)99, SmtpReplies.Disabled, null));

    [Fact]
    public void Refusal_without_a_reply_defers_with_451_4_3_5() =>
        Assert.Equal("451 4.3.5 Server configuration problem", PolicyMapping.ToAction(Verdict.Reject, null, null));

    private static Decision DecisionOf(Verdict verdict) => verdict switch
    {
        Verdict.Dunno => Decision.Dunno,
        Verdict.Hold => Decision.Hold(CheckName.SendingBlock, Reason.BlockedLogin, "private"),
        Verdict.Reject => Decision.Refuse(CheckName.SenderAuthorization, Reason.SendingDisabled, SmtpReplies.Disabled, "private"),
        _ => Decision.Refuse(CheckName.SenderAuthorization, Reason.DirectoryUnavailable, SmtpReplies.Unavailable, "private"),
    };

    private static class SmtpReplies
    {
        public static readonly SmtpReply Disabled = new(554, "7.1", "Sending is disabled for this account");
        public static readonly SmtpReply Unavailable = new(451, "3.0", "Temporary lookup failure, try again later");
    }
}
