using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A limit for each kind of key, and whom docs/limits.md says a message is charged to: null senders, aliases, forwards.</summary>
public sealed class WhoIsChargedTests : ScenarioTests
{
    private const string Everyone = "everyone/everyone";
    private const string Stranger = "someone@elsewhere.example";

    private static readonly string Login = "login/login:alice";
    private static readonly string OurDomain = $"domain/domain:{Domain}";
    private static readonly string Bob = $"recipient/recipient:{AddressOf("bob")}";
    private static readonly string[] Keys = [Login, OurDomain, Bob, $"recipient/recipient:{AddressOf("list")}", Everyone];

    protected override void Configure(JsonObject configuration)
    {
        configuration["limits"] = new JsonArray([.. ((string[])["login", "domain", "recipient", "everyone"]).Select(key => (JsonNode)new JsonObject
        {
            ["name"] = key, ["key"] = key, ["unit"] = "messages", ["limit"] = 100, ["per"] = "1h",
        })]);
        configuration["checks"]!["identityBinding"]!["nullSender"] = "permit";
        configuration["checks"]!["recipientExistence"]!["mode"] = "observe";
    }

    [Fact]
    public async Task Null_sender_of_a_login_is_charged_to_the_login_and_its_domain()
    {
        await using SmtpDialog alice = await LogInAsync("alice");

        AssertReply("250", await alice.SubmitAsync("", AddressOf("bob")));

        await AssertChargedAsync(Login, OurDomain, Bob, Everyone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Null_sender_without_a_login_is_charged_to_nobody_of_ours(bool isTrusted)
    {
        await using SmtpDialog client = isTrusted ? await ComeFromTrustedNetworkAsync() : await ComeFromOutsideAsync();

        AssertReply("250", await client.SubmitAsync("", AddressOf("bob")));

        await AssertChargedAsync(Bob, Everyone);
    }

    [Fact]
    public async Task Aliases_that_Postfix_expands_are_charged_once_when_the_message_comes_in()
    {
        await Postfix.SetAsync("virtual_alias_maps", $"inline:{{ {{ {AddressOf("list")} = {AddressOf("bob")}, {AddressOf("grace")} }} }}");
        await using SmtpDialog alice = await LogInAsync("alice");

        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("list"), "to the list"));
        await Dovecot.WaitForMessageAsync("bob", "Subject: to the list");
        await Dovecot.WaitForMessageAsync("grace", "Subject: to the list");

        await AssertChargedAsync(Login, OurDomain, $"recipient/recipient:{AddressOf("list")}", Everyone);
    }

    [Fact]
    public async Task Redirect_by_sendmail_is_not_charged_and_one_by_SMTP_never_to_the_login_that_forwards()
    {
        await Postfix.SendmailAsync(Stranger, AddressOf("bob"), "Subject: redirected\n\nredirected\n");
        await Dovecot.WaitForMessageAsync("bob", "Subject: redirected");
        await AssertChargedAsync();

        await using SmtpDialog dovecot = await ComeFromTrustedNetworkAsync();
        AssertReply("250", await dovecot.SubmitAsync(Stranger, AddressOf("bob"), "foreign sender"));
        await AssertChargedAsync(Bob, Everyone);
    }

    [Fact]
    public async Task Redirect_by_SMTP_with_a_sender_of_ours_is_charged_to_the_domain_too()
    {
        await using SmtpDialog dovecot = await ComeFromTrustedNetworkAsync();

        AssertReply("250", await dovecot.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "own sender"));

        await AssertChargedAsync(OurDomain, Bob, Everyone);
    }

    /// <summary>One message each, and nothing else.</summary>
    private async Task AssertChargedAsync(params string[] expected)
    {
        List<string> charged = [];
        foreach (string key in Keys)
        {
            long used = await ReadUseAsync(key);
            Assert.InRange(used, 0, 1);
            if (used == 1)
                charged.Add(key);
        }

        Assert.Equal(expected, charged);
    }

    private async Task<long> ReadUseAsync(string key)
    {
        CommandResult shown = await Daemon.RunAsync(["limits", "show", key, "--json"]);
        Assert.Equal(0, shown.ExitCode);
        using JsonDocument json = JsonDocument.Parse(shown.Output);
        return Assert.Single(json.RootElement.GetProperty("limits").EnumerateArray()).GetProperty("used").GetInt64();
    }
}
