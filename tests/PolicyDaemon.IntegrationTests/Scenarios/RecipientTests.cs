using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Recipients: who exists, who may receive, and what is not ours to say.</summary>
public sealed class RecipientTests : ScenarioTests
{
    protected override void Configure(JsonObject configuration)
    {
        string aliases = Root.WriteFile("aliases", "root: alice\nlist-owner: alice\n");
        configuration["directory"]!["extraRecipients"] = new JsonArray(aliases);
        configuration["directory"]!["accountStatuses"] = new JsonObject
        {
            ["active"] = new JsonArray("send", "login", "receive"),
            ["disabled"] = new JsonArray("login", "receive"),
            ["offboarded"] = new JsonArray("receive"),
            ["gone"] = new JsonArray(),
        };
    }

    [Theory]
    [InlineData("bob@truenorth.local", "250")]
    [InlineData("BOB+tag@truenorth.local", "250")]
    [InlineData("alice.north@truenorth.local", "250")]
    [InlineData("dave@truenorth.local", "250")]
    [InlineData("erin@truenorth.local", "250")]
    [InlineData("carol@truenorth.local", "250")]
    [InlineData("nobody@truenorth.local", "550 5.1.1")]
    [InlineData("*@truenorth.local", "550 5.1.1")]
    [InlineData("\"*)(uid=*\"@truenorth.local", "550 5.1.1")]
    [InlineData("grace@partner.example", "554 5.7.1")]
    [InlineData("someone@elsewhere.example", "554 5.7.1")]
    public async Task Outsider_reaches_those_who_exist_and_no_foreign_domain(string recipient, string expected)
    {
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply(expected, await TryRcptAsync(outsider, "someone@elsewhere.example", recipient));
    }

    /// <summary>
    /// Postfix has its own opinion on these (its maps do not know them): what counts is that the daemon did not refuse.
    /// </summary>
    [Theory]
    [InlineData("postmaster@truenorth.local")]
    [InlineData("root@truenorth.local")]
    [InlineData("list-owner@truenorth.local")]
    public async Task Addresses_that_only_postfix_knows_and_postmaster_are_not_refused_by_us(string recipient)
    {
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        await TryRcptAsync(outsider, "someone@elsewhere.example", recipient);

        await Daemon.Log.WaitForAsync($"recipient={recipient}");
        Assert.DoesNotContain("check=recipient_existence", Daemon.Log.ReadFrom(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_without_the_right_to_receive_is_refused_with_550_5_2_1()
    {
        await SetAsync("bob", "tnAccountStatus", "gone");
        await using SmtpDialog outsider = await ComeFromOutsideAsync();

        AssertReply("550 5.2.1", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
    }

    [Fact]
    public async Task Restricted_address_is_open_to_its_allowed_senders_only()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog grace = await LogInAsync("grace");

        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("staff")));
        AssertReply("550 5.7.1", await TryRcptAsync(grace, AddressOf("grace"), AddressOf("staff")));
    }

    [Fact]
    public async Task Catch_all_and_aliases_of_the_embedded_directory_exist()
    {
        (await Daemon.RunAsync(["domain", "add", "old.example"])).EnsureSuccess();
        (await Daemon.RunAsync(["alias", "add", "@old.example", AddressOf("bob")])).EnsureSuccess();
        await Postfix.SetAsync("virtual_alias_maps", "inline:{ { @old.example = bob@truenorth.local } }");
        await Postfix.SetAsync("virtual_alias_domains", "old.example");
        await using SmtpDialog outsider = await ComeFromOutsideAsync();

        AssertReply("250", await outsider.SubmitAsync("someone@elsewhere.example", "anything@old.example", "caught"));
        await Dovecot.WaitForMessageAsync("bob", "Subject: caught");
    }
}
