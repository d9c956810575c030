using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Three recipients an hour for each login: what passes is charged, what is refused is not, and an account may have its own amount.</summary>
public sealed class RateLimitTests : ScenarioTests
{
    protected override void Configure(JsonObject configuration) =>
        configuration["limits"] = new JsonArray(new JsonObject
        {
            ["name"] = "login-hour", ["key"] = "login", ["unit"] = "recipients", ["limit"] = 3, ["per"] = "1h", ["action"] = "defer",
        });

    [Fact]
    public async Task Third_message_passes_the_next_rcpt_is_deferred_and_another_login_is_not_concerned()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await AssertPassesAsync(alice, "alice", messages: 3);

        AssertReply("450 4.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("grace")));
        await using SmtpDialog byAddress = await LogInAsync(AddressOf("alice"), "alice");
        AssertReply("450 4.7.1", await TryRcptAsync(byAddress, "alice.north@truenorth.local", AddressOf("grace")));
        await Daemon.Log.WaitForAsync("action=defer check=rate_limit reason=limit_exceeded stage=RCPT code=450");

        await using SmtpDialog bob = await LogInAsync("bob");
        await AssertPassesAsync(bob, "bob", messages: 1);
    }

    [Fact]
    public async Task Message_that_is_refused_is_not_charged()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await AssertPassesAsync(alice, "alice", messages: 1);

        // By this very limit: one is used, three more are too many.
        AssertReply("250", await alice.MailAsync(AddressOf("alice")));
        foreach (string recipient in (string[])["bob", "grace", "sales"])
            AssertReply("250", await alice.RcptAsync(AddressOf(recipient)));
        AssertReply("450 4.7.1", await alice.DataAsync());
        await alice.SendAsync("RSET");

        // By another check, at the last moment.
        AssertReply("250", await alice.MailAsync(AddressOf("alice")));
        AssertReply("250", await alice.RcptAsync(AddressOf("bob")));
        AssertReply("354", await alice.DataAsync());
        await SetAsync("alice", "tnMailSendAllowed", "FALSE");
        AssertReply("554 5.7.1", await alice.SendMessageAsync("Subject: refused\n\nrefused\n"));
        await alice.SendAsync("RSET");
        await SetAsync("alice", "tnMailSendAllowed", "TRUE");

        await AssertPassesAsync(alice, "alice", messages: 2);
        AssertReply("450 4.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
    }

    [Fact]
    public async Task Amount_of_the_account_in_ldap_stands_above_the_configured_one()
    {
        await SetAsync("alice", "tnMailLimits", "login-hour=4");
        await SetAsync("bob", "tnMailLimits", "login-hour=1");
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog bob = await LogInAsync("bob");

        await AssertPassesAsync(alice, "alice", messages: 4);
        await AssertPassesAsync(bob, "bob", messages: 1);

        AssertReply("450 4.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("grace")));
        AssertReply("450 4.7.1", await TryRcptAsync(bob, AddressOf("bob"), AddressOf("grace")));
    }

    private static async Task AssertPassesAsync(SmtpDialog dialog, string login, int messages)
    {
        for (int i = 0; i < messages; i++)
            AssertReply("250", await dialog.SubmitAsync(AddressOf(login), AddressOf("grace")));
    }
}
