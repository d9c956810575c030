using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Documentation;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Five messages over the limit block a login, Postfix brings the notice to a mailbox, and one command undoes it.</summary>
public sealed class ContainmentTests : ScenarioTests
{
    private const int Count = 5;

    /// <summary>Of smtpd, all in which a policy service may be asked.</summary>
    private static readonly string[] EveryList = ["client", "helo", "sender", "relay", "recipient", "data", "end_of_data"];

    protected override void Configure(JsonObject configuration)
    {
        configuration["limits"] = new JsonArray(new JsonObject
        {
            ["name"] = "login-hour", ["key"] = "login", ["unit"] = "recipients", ["limit"] = 1, ["per"] = "1h", ["action"] = "defer",
        });
        configuration["containment"] = new JsonArray(new JsonObject
        {
            ["name"] = "burst", ["on"] = "limitRefusals", ["count"] = Count, ["within"] = "10m", ["block"] = "1h",
        });
    }

    [Fact]
    public async Task Login_over_its_limit_too_often_is_blocked_one_mail_says_so_and_unblock_undoes_it()
    {
        await NotifyByAsync(Postfix.EndpointOf("smtp"));
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog byAddress = await LogInAsync(AddressOf("alice"), "alice");
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob")));

        // Under two names it is one account.
        for (int i = 0; i < Count; i++)
            AssertReply("450 4.7.1", await TryRcptAsync(i % 2 == 0 ? alice : byAddress, AddressOf("alice"), AddressOf("bob")));
        await Daemon.Log.WaitForAsync("error contained rule=burst action=reject");
        for (int i = 0; i < 2 * Count; i++)
            AssertReply("554 5.7.1", await TryRcptAsync(i % 2 == 0 ? alice : byAddress, AddressOf("alice"), AddressOf("bob")));

        await Dovecot.WaitForMessageAsync("grace", "policydaemon unblock alice");
        string notice = Assert.Single(Dovecot.ReadMailbox("grace"));
        Assert.Contains($"Why        {Count} messages refused by a limit within 10m\n", notice, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated\n", notice, StringComparison.Ordinal);
        Assert.Contains("Return-Path: <>", notice, StringComparison.Ordinal);
        Assert.Contains("containment:burst", (await Daemon.RunAsync(["blocks"])).Output, StringComparison.Ordinal);

        CommandResult undone = await Daemon.RunAsync(["unblock", "alice"]);
        Assert.Equal(0, undone.ExitCode);
        for (int i = 1; i < Count; i++)
            AssertReply("450 4.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        Assert.Single(Dovecot.ReadMailbox("grace"));
        Assert.Equal(2, Daemon.Log.ReadFrom().Split("error contained ").Length);
    }

    [Fact]
    public async Task Notice_passes_the_listener_that_the_documentation_shows_where_every_rule_of_the_server_refuses()
    {
        const string listener = "127.0.0.1:10025";
        PostfixServer strict = await PostfixServer.StartAsync(Root, new()
        {
            Name = "strict",
            MainCf = [string.Concat(EveryList.Select(list => $"smtpd_{list}_restrictions = reject\n"))],
            MasterCf = ["smtp inet n - y - - smtpd\n", CodeBlocks.Find("containment.md", $"{listener} inet")],
            VirtualTransport = $"lmtp:unix:{Dovecot.LmtpSocket}",
        });
        await using (SmtpDialog refused = await SmtpDialog.OpenAsync(strict.EndpointOf("smtp")))
            AssertReply("554", await refused.SubmitAsync("", AddressOf("grace")));

        await NotifyByAsync(strict.EndpointOf(listener));
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob")));
        for (int i = 0; i < Count; i++)
            AssertReply("450 4.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));

        await Dovecot.WaitForMessageAsync("grace", "policydaemon unblock alice");
        await Daemon.Log.WaitForAsync("notice_sent channel=mail");
    }

    private async Task NotifyByAsync(IPEndPoint server)
    {
        JsonObject configuration = Mail.Configuration();
        configuration["notify"] = new JsonObject
        {
            ["mailTo"] = new JsonArray(AddressOf("grace")),
            ["smtp"] = $"inet:{server}",
            ["from"] = "policydaemon@truenorth.local",
        };
        Daemon.Reload(configuration.ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded");
    }
}
