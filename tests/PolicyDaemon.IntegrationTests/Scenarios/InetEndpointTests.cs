using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The daemon on TCP alone, and of the shipped snippets only <c>policydaemon_endpoint</c> replaced.</summary>
public sealed class InetEndpointTests : ScenarioTests
{
    private IPEndPoint? endpoint;

    private IPEndPoint Endpoint => endpoint ??= new(Root.Address, Root.FreePort());

    protected override void Configure(JsonObject configuration) =>
        configuration["listen"]!["policy"] = new JsonArray($"inet:{Endpoint}");

    protected override async ValueTask PrepareAsync()
    {
        await base.PrepareAsync();
        await Postfix.SetAsync("policydaemon_endpoint", $"inet:{Endpoint}");
    }

    [Fact]
    public async Task Toggle_is_in_force_for_the_open_session_over_tcp()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "before"));

        await SetAsync("alice", "tnMailSendAllowed", "FALSE");
        AssertReply("554 5.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));

        await SetAsync("alice", "tnMailSendAllowed", "TRUE");
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "after"));
        await Dovecot.WaitForMessageAsync("bob", "Subject: after");
    }

    [Fact]
    public async Task Port_25_asks_over_tcp_as_well()
    {
        await using SmtpDialog outsider = await ComeFromOutsideAsync();

        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
        AssertReply("553 5.7.1", await TryRcptAsync(outsider, AddressOf("alice"), AddressOf("bob")));
    }
}
