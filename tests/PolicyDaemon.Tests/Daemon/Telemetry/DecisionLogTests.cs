using System.Net;
using System.Text.Json;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Telemetry;
using Serilog.Events;
using Serilog.Formatting;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class DecisionLogTests
{
    private static readonly MailRequest Request = new()
    {
        Stage = SmtpStage.Rcpt,
        SaslUsername = "alice",
        EnvelopeSender = "alice@truenorth.local",
        Recipient = "bob@truenorth.local",
        ClientAddress = IPAddress.Parse("192.0.2.7"),
        Instance = "5be7.1",
        PolicyContext = "submission",
    };

    private static readonly Decision Refusal = Decision.Refuse(
        CheckName.SenderAuthorization, Reason.SendingDisabled, new SmtpReply(554, "7.1", "Sending is disabled"), "account alice");

    [Fact]
    public void Refusal_is_one_information_line_with_the_fields_words_in_order()
    {
        string line = Assert.Single(Write(LogEventLevel.Information, log => log.OnDecision(Request, Refusal, new(TimeSpan.FromMilliseconds(1.5)))));

        Assert.EndsWith(
            " information decision action=reject check=sender_authorization reason=sending_disabled stage=RCPT code=554 age_ms=0 elapsed_ms=1.5 front=policy" +
            " queue_id=\"\" instance=5be7.1 policy_context=submission client_address=192.0.2.7 recipient_count=0 sasl_username=alice" +
            " sender=alice@truenorth.local recipient=bob@truenorth.local detail=\"account alice\"",
            line,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpStage.Rcpt, LogEventLevel.Information, 0)]
    [InlineData(SmtpStage.Rcpt, LogEventLevel.Debug, 1)]
    [InlineData(SmtpStage.EndOfMessage, LogEventLevel.Information, 1)]
    public void Dunno_is_logged_at_end_of_message_and_else_at_debug(SmtpStage stage, LogEventLevel level, int lines) =>
        Assert.Equal(lines, Write(level, log => log.OnDecision(Request with { Stage = stage }, Decision.Dunno, default)).Count);

    [Fact]
    public void Observed_refusal_says_what_would_have_been()
    {
        Remark remark = new(RemarkKind.Observed, CheckName.RecipientExistence, Verdict.Reject, Reason.RecipientUnknown, new SmtpReply(550, "1.1", "User unknown"), "");
        string line = Assert.Single(Write(LogEventLevel.Information, log => log.OnDecision(Request, Decision.Dunno with { Remarks = [remark] }, default)));

        Assert.Contains(" information observed action=reject check=recipient_existence reason=recipient_unknown stage=RCPT code=550 ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Peers_text_cannot_forge_a_line()
    {
        string line = Assert.Single(Write(
            LogEventLevel.Information,
            log => log.OnDecision(Request with { EnvelopeSender = "x\n2026 information decision action=dunno" }, Refusal, default)));

        Assert.Contains("sender=\"x\\n2026 information decision action=dunno\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_line_has_the_same_names()
    {
        string line = Assert.Single(Write(LogEventLevel.Information, log => log.OnDecision(Request, Refusal, default), new JsonLineFormatter()));
        JsonElement json = JsonDocument.Parse(line).RootElement;

        Assert.Equal("decision", json.GetProperty("event").GetString());
        Assert.Equal("information", json.GetProperty("level").GetString());
        Assert.Equal("sending_disabled", json.GetProperty("reason").GetString());
        Assert.Equal(0, json.GetProperty("age_ms").GetInt64());
    }

    private static List<string> Write(LogEventLevel level, Action<DecisionLog> act, ITextFormatter? formatter = null)
    {
        using LogLines lines = new(level, formatter);
        using DaemonMetrics metrics = new();
        act(new DecisionLog(lines.Log, metrics));
        return lines.Written;
    }
}
