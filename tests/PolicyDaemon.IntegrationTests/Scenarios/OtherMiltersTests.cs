using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Milters;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The daemon, rspamd and OpenDKIM as milters of one Postfix: what the daemon takes out, rspamd puts in and OpenDKIM signs.</summary>
public abstract class OtherMiltersTests : ScenarioTests
{
    private OpenDkim signer = null!;
    private IPEndPoint scanner = null!;

    protected override Fronts Fronts => Fronts.Milter;

    protected override async ValueTask PrepareAsync()
    {
        signer = await OpenDkim.StartAsync(Root, Domain);
        scanner = await Rspamd.StartAsync(Root);
        await base.PrepareAsync();
    }

    protected override void Configure(JsonObject configuration) =>
        configuration["milter"] = new JsonObject { ["removeOnSubmission"] = new JsonArray("X-Originating-IP", "Reply-To") };

    [Fact]
    public async Task Signature_verifies_after_our_edits_and_breaks_when_the_order_is_reversed()
    {
        await Postfix.SetAsync("smtpd_milters", $"$policydaemon_milter, inet:{scanner}, inet:{signer.Endpoint}");
        string message = await SubmitAsync("in order");

        Assert.DoesNotContain("X-Originating-IP", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Reply-To", message, StringComparison.Ordinal);
        Assert.Contains("X-Scanned: yes", message, StringComparison.Ordinal);
        Assert.True(await signer.VerifiesAsync(message));

        await Postfix.SetAsync("smtpd_milters", $"inet:{signer.Endpoint}, inet:{scanner}, $policydaemon_milter");
        Assert.False(await signer.VerifiesAsync(await SubmitAsync("reversed")));
    }

    private async Task<string> SubmitAsync(string subject)
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await alice.MailAsync(AddressOf("alice")));
        AssertReply("250", await alice.RcptAsync(AddressOf("grace")));
        AssertReply("354", await alice.DataAsync());
        AssertReply("250", await alice.SendMessageAsync(
            $"From: Alice <{AddressOf("alice")}>\nTo: {AddressOf("grace")}\nReply-To: else@example.org\nX-Originating-IP: 192.0.2.1\nSubject: {subject}\n" +
            "X-Originating-IP: 192.0.2.2\n\nhello\n"));
        return await Dovecot.WaitForMessageAsync("grace", $"Subject: {subject}");
    }
}

public sealed class OtherMilters37Tests : OtherMiltersTests;

public sealed class OtherMilters310Tests : OtherMiltersTests
{
    protected override string PostfixVersion => "3.10";
}
