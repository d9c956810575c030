using System.Net.Sockets;
using PolicyDaemon.Bench.Milter;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.IntegrationTests.Support.Restarts;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The daemon stops while a delivery or a message takes its time: who asks over the policy protocol, or logs in, does not wait for that.</summary>
public sealed class OrderlyStopTests : StackTests
{
    private RestartedMailSystem mail = null!;

    protected override async ValueTask PrepareAsync() => mail = await RestartedMailSystem.StartAsync(Root);

    protected override ValueTask ReleaseAsync()
    {
        mail?.Dispose();
        return default;
    }

    [Fact]
    public async Task Policy_client_and_login_are_answered_while_a_delivery_and_a_message_are_waited_for()
    {
        TaskCompletionSource storing = new();
        mail.Store.Storing = storing.Task;
        await using LmtpProcess deliverer = new(mail.SocketOf("lmtp"));
        await using LmtpClient idle = await LmtpClient.OpenAsync(mail.SocketOf("lmtp"));
        Task<string> delivery = deliverer.DeliverAsync(RestartedMailSystem.Alice, RestartedMailSystem.Bob, "4jX2H000001z1k9rS", "slow");
        await Wait.UntilAsync(() => mail.Store.Received == 1, "the store has the message");

        Task stopping = mail.Daemon.StopAsync();
        Assert.StartsWith("421 4.3.2", await idle.ReadReplyAsync(), StringComparison.Ordinal);
        await AssertAnsweredAsync();
        using MilterClient milter = await MilterClient.OpenAsync(new UnixDomainSocketEndPoint(mail.SocketOf("milter")), TestContext.Current.CancellationToken);
        Assert.Equal('c', await milter.SendAsync(RestartedMailSystem.Bob, "4jX2H000002z1k9rS"));

        Assert.False(stopping.IsCompleted);
        storing.SetResult();
        Assert.StartsWith("250", await delivery, StringComparison.Ordinal);
        await stopping;
        Assert.Equal(0, mail.Daemon.ExitCode);
        Assert.Equal(1, mail.Store.Copies["slow"]);
    }

    [Fact]
    public async Task Who_comes_for_a_delivery_or_with_a_message_while_the_daemon_stops_is_served_by_the_next()
    {
        TaskCompletionSource storing = new();
        mail.Store.Storing = storing.Task;
        await using LmtpProcess first = new(mail.SocketOf("lmtp"));
        await using LmtpClient idle = await LmtpClient.OpenAsync(mail.SocketOf("lmtp"));
        Task<string> delivery = first.DeliverAsync(RestartedMailSystem.Alice, RestartedMailSystem.Bob, "4jX2H000001z1k9rS", "first");
        await Wait.UntilAsync(() => mail.Store.Received == 1, "the store has the message");

        Task restarting = mail.RestartAsync();
        Assert.StartsWith("421 4.3.2", await idle.ReadReplyAsync(), StringComparison.Ordinal);
        await using LmtpProcess second = new(mail.SocketOf("lmtp"));
        Task<string> later = second.DeliverAsync(RestartedMailSystem.Alice, RestartedMailSystem.Bob, "4jX2H000002z1k9rS", "second");
        storing.SetResult();
        await restarting;

        Assert.StartsWith("250", await delivery, StringComparison.Ordinal);
        Assert.StartsWith("250", await later, StringComparison.Ordinal);
        await AssertAnsweredAsync();
    }

    private async Task AssertAnsweredAsync()
    {
        using SmtpdPeer smtpd = new(mail.SocketOf("policy"), mail.SocketOf("sasl"));
        Assert.Equal("235", await smtpd.LogInAsync(RestartedMailSystem.Alice, RestartedMailSystem.Password));
        Assert.Equal("DUNNO", await smtpd.AskAsync(session => session.OfferAsync(RestartedMailSystem.Alice, RestartedMailSystem.Bob, "one")));
    }
}
