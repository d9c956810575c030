using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Two messages an hour for each client and three for each login, with a webmail host that all people share.</summary>
public sealed class ClientLimitTests : ScenarioTests
{
    private const string Stranger = "someone@elsewhere.example";

    private static readonly IPAddress Webmail = IPAddress.Parse("127.9.9.9");

    private string PolicySocket => Path.Combine(Postfix.QueueDirectory, "policydaemon", "policy.sock");

    protected override void Configure(JsonObject configuration)
    {
        configuration["limits"] = new JsonArray(
            Limit("client", 2),
            Limit("login", 3));
        configuration["checks"]!["rateLimit"] = new JsonObject { ["sharedNetworks"] = new JsonArray($"{Webmail}/32") };
    }

    [Fact]
    public async Task Behind_HAProxy_each_client_is_counted_by_its_own_address()
    {
        HaProxy proxy = await HaProxy.StartAsync(Root, (await StartBehindProxyAsync()).EndpointOf("smtp"));

        foreach (string client in (string[])["127.9.8.7", "127.9.8.8"])
        {
            await using SmtpDialog dialog = await SmtpDialog.OpenAsync(proxy.Endpoint, IPAddress.Parse(client));
            for (int i = 0; i < 2; i++)
                AssertReply("250", await dialog.SubmitAsync(Stranger, AddressOf("bob")));

            SmtpServerReply refused = await TryRcptAsync(dialog, Stranger, AddressOf("bob"));
            AssertReply("450 4.7.1", refused);
            Assert.Matches("Sending limit exceeded, try again in 6[01] minutes$", refused.Text.TrimEnd());
            await Daemon.Log.WaitForAsync($"client/client:{client}/32 2 + 1 over 2");
        }
    }

    [Fact]
    public async Task Webmail_on_one_address_is_not_stopped_as_one_client_and_its_people_are_stopped_each_for_themselves()
    {
        await using SmtpDialog alice = await LogInAtWebmailAsync("alice");
        await using SmtpDialog bob = await LogInAtWebmailAsync("bob");
        for (int i = 0; i < 3; i++)
        {
            AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace")));
            AssertReply("250", await bob.SubmitAsync(AddressOf("bob"), AddressOf("grace")));
        }

        AssertReply("450 4.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("grace")));
        AssertReply("450 4.7.1", await TryRcptAsync(bob, AddressOf("bob"), AddressOf("grace")));
        await Daemon.Log.WaitForAsync("login/login:bob 3 + 1 over 3");
        Assert.DoesNotContain("client/client:", Daemon.Log.Tail(), StringComparison.Ordinal);
    }

    private static JsonObject Limit(string key, int most) => new()
    {
        ["name"] = key, ["key"] = key, ["unit"] = "messages", ["limit"] = most, ["per"] = "1h",
    };

    /// <summary>A second Postfix that takes mail from HAProxy alone and asks the same daemon.</summary>
    private Task<PostfixServer> StartBehindProxyAsync() => PostfixServer.StartAsync(Root, new()
    {
        Name = "mx2",
        MasterCf =
        [
            $$"""
            smtp inet n - n - - smtpd
              -o smtpd_upstream_proxy_protocol=haproxy
              -o { smtpd_recipient_restrictions = check_policy_service unix:{{PolicySocket}} }
              -o { smtpd_end_of_data_restrictions = check_policy_service unix:{{PolicySocket}} }
            """,
        ],
    });

    private async Task<SmtpDialog> LogInAtWebmailAsync(string login)
    {
        SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"), Webmail);
        Assert.Equal(235, (await dialog.AuthenticateAsync(login, PasswordOf(login))).Code);
        return dialog;
    }
}
