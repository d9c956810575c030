using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>How full a mailbox is, Dovecot's quota-status knows; the daemon asks it.</summary>
public sealed class QuotaTests : ScenarioTests
{
    /// <summary>More than bob's mailbox has left after one message, less than a whole empty one.</summary>
    private const string LargeMessage = "SIZE=3500";

    private string whenUnavailable = "defer";

    protected override DovecotOptions Mailboxes => new() { QuotaBytes = new Dictionary<string, long> { ["bob"] = 4000 } };

    protected override void Configure(JsonObject configuration)
    {
        JsonObject check = configuration["checks"]!["recipientExistence"]!.AsObject();
        check["quotaStatus"] = $"unix:{Root.PathOf("dovecot", "quota-status")}";
        check["whenUnavailable"] = whenUnavailable;
    }

    [Fact]
    public async Task Full_mailbox_is_deferred_with_452_4_2_2_and_others_are_not()
    {
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply("250", await outsider.SubmitAsync("someone@elsewhere.example", AddressOf("bob"), new string('x', 700)));
        await Dovecot.WaitForMessageAsync("bob", "xxx");

        await outsider.MailAsync("someone@elsewhere.example", LargeMessage);

        AssertReply("452 4.2.2", await outsider.RcptAsync(AddressOf("bob")));
        AssertReply("250", await outsider.RcptAsync(AddressOf("alice")));
        await Daemon.Log.WaitForAsync("action=defer check=recipient_existence reason=recipient_over_quota");
    }

    [Fact]
    public async Task Without_quota_status_mail_is_deferred_or_permitted_as_configured_until_it_is_back()
    {
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));

        await Dovecot.StopAsync();
        AssertReply("451 4.3.0", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
        AssertReply("550 5.1.1", await TryRcptAsync(outsider, "someone@elsewhere.example", "nobody@truenorth.local"));

        whenUnavailable = "permit";
        Daemon.Reload(Mail.Configuration().ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded");
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
        await Daemon.Log.WaitForAsync("permitted_unavailable action=defer check=recipient_existence");

        await Dovecot.StartAsync();
        await outsider.MailAsync("someone@elsewhere.example", "SIZE=4500");
        await Wait.UntilAsync(async () => (await outsider.RcptAsync(AddressOf("bob"))).Code == 452, "quota-status is asked again");
    }
}
