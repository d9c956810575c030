using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Rules on messages, through real Postfix: sizes, recipients, fields that are taken out, hold instead of refusal.</summary>
public abstract class MessageRulesTests : ScenarioTests
{
    private const string Stranger = "someone@elsewhere.example";

    private const string Forged = """
        From: {0}
        X-Spam-Flag: NO
        Authentication-Results: mx1.truenorth.local; dkim=pass header.d=bank.example
        Authentication-Results: relay.elsewhere.example; spf=pass
        X-Spam-Score: -10
        X-Originating-IP: 192.0.2.7
        authentication-results : (x) "MX1.truenorth.local" 1;
         spf=pass
        Subject: {1}

        text
        """;

    protected override Fronts Fronts => Fronts.Milter;

    protected override void Configure(JsonObject configuration) => configuration["milter"] = JsonNode.Parse(
        """
        { "maximumSize": "20K", "maximumRecipients": 2, "quarantine": ["maximumRecipients"],
          "authservIds": ["mx1.truenorth.local"], "removeOnArrival": ["X-Spam-*"], "removeOnSubmission": ["X-Originating-IP"] }
        """);

    [Fact]
    public async Task Forged_fields_of_strangers_are_taken_out_and_others_stay()
    {
        await using SmtpDialog outside = await ComeFromOutsideAsync();
        AssertReply("250", await SendAsync(outside, Stranger, Forge(Stranger, "of a stranger"), "grace"));
        string message = await Dovecot.WaitForMessageAsync("grace", "Subject: of a stranger");

        Assert.DoesNotContain("mx1.truenorth.local;", message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"MX1.truenorth.local\"", message, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Spam", message, StringComparison.Ordinal);
        Assert.Contains("Authentication-Results: relay.elsewhere.example; spf=pass", message, StringComparison.Ordinal);
        Assert.Contains("X-Originating-IP: 192.0.2.7", message, StringComparison.Ordinal);
        Assert.Contains("removes ", await Daemon.Log.WaitForAsync("stage=END-OF-MESSAGE"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_of_logins_are_taken_out_and_those_of_trusted_networks_are_not()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await SendAsync(alice, AddressOf("alice"), Forge(AddressOf("alice"), "of alice"), "grace"));
        string submitted = await Dovecot.WaitForMessageAsync("grace", "Subject: of alice");
        Assert.DoesNotContain("mx1.truenorth.local;", submitted, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Originating-IP", submitted, StringComparison.Ordinal);
        Assert.Contains("X-Spam-Flag: NO", submitted, StringComparison.Ordinal);

        await using SmtpDialog trusted = await ComeFromTrustedNetworkAsync();
        AssertReply("250", await SendAsync(trusted, AddressOf("alice"), Forge(AddressOf("alice"), "of a filter"), "grace"));
        string reinjected = await Dovecot.WaitForMessageAsync("grace", "Subject: of a filter");
        Assert.Contains("mx1.truenorth.local; dkim=pass", reinjected, StringComparison.Ordinal);
        Assert.Contains("X-Originating-IP", reinjected, StringComparison.Ordinal);
        Assert.Contains("X-Spam-Score", reinjected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_message_is_refused_at_MAIL_when_announced_and_at_its_end_when_not()
    {
        string large = $"From: {AddressOf("alice")}\nSubject: large\n\n{string.Concat(Enumerable.Repeat("0123456789\n", 2500))}";
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("552 5.3.4", await alice.MailAsync(AddressOf("alice"), "SIZE=30000"));
        AssertReply("552 5.3.4", await SendAsync(alice, AddressOf("alice"), large, "grace"));

        await SetAsync("alice", "tnMailLimits", "maximumSize=40000");
        AssertReply("250", await SendAsync(alice, AddressOf("alice"), large, "grace"));
    }

    [Fact]
    public async Task Too_many_recipients_are_held()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await SendAsync(alice, AddressOf("alice"), $"From: {AddressOf("alice")}\nSubject: many\n\nx", "grace", "bob", "carol"));

        Assert.Matches(@"\w+! ", await Postfix.ReadQueueAsync());
        await Daemon.Log.WaitForAsync("action=hold check=message_rules reason=too_many_recipients");
    }

    private static string Forge(string from, string subject) => Forged.Replace("{0}", from, StringComparison.Ordinal).Replace("{1}", subject, StringComparison.Ordinal);

    private static async Task<SmtpServerReply> SendAsync(SmtpDialog dialog, string sender, string message, params string[] recipients)
    {
        AssertReply("250", await dialog.MailAsync(sender));
        foreach (string recipient in recipients) AssertReply("250", await dialog.RcptAsync(AddressOf(recipient)));
        AssertReply("354", await dialog.DataAsync());
        return await dialog.SendMessageAsync(message);
    }
}

public sealed class MessageRules37Tests : MessageRulesTests;

public sealed class MessageRules310Tests : MessageRulesTests
{
    protected override string PostfixVersion => "3.10";
}
