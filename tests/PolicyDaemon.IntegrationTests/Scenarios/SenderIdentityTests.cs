using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A login sends as itself, and our addresses need a login.</summary>
public sealed class SenderIdentityTests : ScenarioTests
{
    protected override void Configure(JsonObject configuration) =>
        configuration["checks"]!["identityBinding"]!["sendAsAnyone"] = new JsonArray("newsletter");

    [Theory]
    [InlineData("bob@truenorth.local", "553 5.7.1")]
    [InlineData("nobody@truenorth.local", "553 5.7.1")]
    [InlineData("someone@elsewhere.example", "553 5.7.1")]
    [InlineData("", "553 5.7.1")]
    [InlineData("prvs=0123456789=bob@truenorth.local", "553 5.7.1")]
    [InlineData("SRS0=abcd=ef=truenorth.local=bob@truenorth.local", "553 5.7.1")]
    [InlineData("bob", "504 5.5.2")]
    [InlineData("alice@truenorth.local", "250")]
    [InlineData("ALICE@TrueNorth.Local", "250")]
    [InlineData("alice+shop@truenorth.local", "250")]
    [InlineData("alice.north@truenorth.local", "250")]
    [InlineData("sales@truenorth.local", "250")]
    public async Task Alice_sends_as_her_addresses_and_as_nobody_else(string sender, string expected)
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply(expected, await TryRcptAsync(alice, sender, AddressOf("bob")));
    }

    [Fact]
    public async Task Wrong_sender_to_bare_postmaster_is_caught_at_data()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await alice.MailAsync(AddressOf("bob")));
        AssertReply("250", await alice.RcptAsync("postmaster"));
        AssertReply("553 5.7.1", await alice.DataAsync());
    }

    [Fact]
    public async Task Trusted_account_sends_as_anyone_but_not_as_someone_who_may_not_send()
    {
        await using SmtpDialog newsletter = await LogInAsync("newsletter");

        AssertReply("250", await TryRcptAsync(newsletter, AddressOf("bob"), AddressOf("alice")));
        AssertReply("250", await TryRcptAsync(newsletter, "someone@elsewhere.example", AddressOf("alice")));
        AssertReply("554 5.7.1", await TryRcptAsync(newsletter, AddressOf("carol"), AddressOf("alice")));
    }

    [Fact]
    public async Task Login_by_address_is_the_same_account()
    {
        await using SmtpDialog alice = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"));
        Assert.Equal(235, (await alice.AuthenticateAsync(AddressOf("alice"), PasswordOf("alice"))).Code);

        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        AssertReply("553 5.7.1", await TryRcptAsync(alice, AddressOf("bob"), AddressOf("alice")));
    }

    [Fact]
    public async Task Outsider_is_told_the_same_about_every_address_of_ours()
    {
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        string[] senders = ["alice", "carol", "dave", "erin", "nobody"];
        List<string> replies = [];
        foreach (string sender in senders)
        {
            SmtpServerReply reply = await TryRcptAsync(outsider, AddressOf(sender), AddressOf("bob"));
            replies.Add(reply.Text.Replace(AddressOf(sender), "SENDER", StringComparison.Ordinal));
        }

        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
        AssertReply("250", await TryRcptAsync(outsider, "", AddressOf("bob")));
        Assert.StartsWith("553 5.7.1", Assert.Single(replies.Distinct()), StringComparison.Ordinal);
    }
}
