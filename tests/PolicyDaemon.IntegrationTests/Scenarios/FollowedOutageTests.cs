using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>slapd gone, through Postfix: nobody notices, where the daemon follows it. Where it asks it, see <see cref="OutageTests"/>.</summary>
public sealed class FollowedOutageTests : ScenarioTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Known_and_unknown_are_answered_as_before_also_after_a_restart_of_the_daemon(bool hung)
    {
        await SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog bob = await LogInAsync("bob");
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        if (hung) Slapd.Pause();
        else await Slapd.KillAsync();

        await AssertAsBeforeAsync(alice, bob, outsider);
        await Daemon.StopAsync();
        await Daemon.StartAsync();
        await AssertAsBeforeAsync(alice, bob, outsider);
    }

    private static async Task AssertAsBeforeAsync(SmtpDialog alice, SmtpDialog bob, SmtpDialog outsider)
    {
        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("grace")));
        AssertReply("554 5.7.1", await TryRcptAsync(bob, AddressOf("bob"), AddressOf("alice")));
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("grace")));
        AssertReply("550 5.1.1", await TryRcptAsync(outsider, "someone@elsewhere.example", "nobody@truenorth.local"));
    }
}
