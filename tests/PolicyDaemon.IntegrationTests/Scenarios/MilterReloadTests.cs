using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>SIGHUP while a milter connection is open that shows no header, and the new rules look at it.</summary>
public abstract class MilterReloadTests : ScenarioTests
{
    protected override Fronts Fronts => Fronts.Milter;

    protected override void Configure(JsonObject configuration) => configuration["milter"] = new JsonObject { ["headerFrom"] = false };

    [Fact]
    public async Task Session_from_before_is_told_to_come_again_and_then_judged_by_the_new_rules()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await SendAsBobAsync(alice));

        JsonObject configuration = Mail.Configuration();
        configuration["milter"]!["headerFrom"] = true;
        Daemon.Reload(configuration.ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded");

        AssertReply("421 4.3.2", await alice.MailAsync(AddressOf("alice")));
        await using SmtpDialog again = await LogInAsync("alice");
        AssertReply("553 5.7.1", await SendAsBobAsync(again));
    }

    private static async Task<SmtpServerReply> SendAsBobAsync(SmtpDialog alice)
    {
        AssertReply("250", await alice.MailAsync(AddressOf("alice")));
        AssertReply("250", await alice.RcptAsync(AddressOf("grace")));
        AssertReply("354", await alice.DataAsync());
        return await alice.SendMessageAsync($"From: {AddressOf("bob")}\nSubject: of bob\n\nx\n");
    }
}

public sealed class MilterReload37Tests : MilterReloadTests;

public sealed class MilterReload310Tests : MilterReloadTests
{
    protected override string PostfixVersion => "3.10";
}
