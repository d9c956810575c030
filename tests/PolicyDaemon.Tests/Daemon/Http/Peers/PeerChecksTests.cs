using PolicyDaemon.Http;
using PolicyDaemon.Http.Peers;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Http.Peers;

public sealed class PeerChecksTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private readonly ManualClock clock = new();
    private IReadOnlyList<IPeer> configured = [];

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_found_counts_for_ten_seconds()
    {
        TestPeer peer = new(_ => Task.FromResult(default(PeerFinding)));
        PeerChecks checks = Checks(peer);

        await checks.CheckAsync("test", TestToken);
        clock.Advance(KeptFor - TimeSpan.FromTicks(1));
        await checks.CheckAsync("test", TestToken);
        Assert.Equal(1, peer.Conversations);
        clock.Advance(TimeSpan.FromTicks(1));
        await checks.CheckAsync("test", TestToken);
        Assert.Equal(2, peer.Conversations);
    }

    [Fact]
    public async Task All_who_ask_during_one_conversation_get_its_answer()
    {
        TaskCompletionSource<PeerFinding> talking = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TestPeer peer = new(_ => talking.Task);
        PeerChecks checks = Checks(peer);
        Task<PeerReport?>[] asked = [.. Enumerable.Range(0, 20).Select(_ => checks.CheckAsync("test", TestToken))];

        talking.SetResult(default);

        Assert.All(await Task.WhenAll(asked), report => Assert.Equal(PartState.Ok, report?.State));
        Assert.Equal(1, peer.Conversations);
    }

    [Fact]
    public async Task Who_goes_away_does_not_end_the_conversation_of_the_others()
    {
        TaskCompletionSource<PeerFinding> talking = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PeerChecks checks = Checks(new TestPeer(_ => talking.Task));
        using CancellationTokenSource gone = new();
        Task<PeerReport?> first = checks.CheckAsync("test", gone.Token);
        Task<PeerReport?> second = checks.CheckAsync("test", TestToken);
        await gone.CancelAsync();
        talking.SetResult(default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(PartState.Ok, (await second)?.State);
    }

    [Fact]
    public async Task Peer_that_hangs_fails_after_the_limit()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PeerChecks checks = Checks(new TestPeer(async token =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return default;
        }));
        Task<PeerReport?> asked = checks.CheckAsync("test", TestToken);
        await begun.Task;
        clock.Advance(Limit);

        PeerReport report = (await asked)!;

        Assert.Equal((PartState.Failing, "no answer within 5 s", 5000L), (report.State, report.Cause, report.TookMs));
    }

    [Theory]
    [InlineData(90, "Ok", null)]
    [InlineData(14, "Ok", null)]
    [InlineData(13, "Degraded", "its certificate ends in 13 days")]
    [InlineData(0, "Degraded", "its certificate ends in 0 days")]
    [InlineData(-1, "Degraded", "its certificate has ended")]
    public async Task Certificate_is_told_with_the_days_that_it_has_left(int days, string state, string? cause)
    {
        PeerFinding finding = new(clock.GetUtcNow().AddDays(days).AddHours(1));
        PeerChecks checks = Checks(new TestPeer(_ => Task.FromResult(finding)));

        PeerReport report = (await checks.CheckAsync("test", TestToken))!;

        Assert.Equal((state, cause, days), (report.State.ToString(), report.Cause, report.CertificateDays));
    }

    [Fact]
    public async Task Failure_and_doubt_are_told_in_their_own_words()
    {
        PeerChecks checks = Checks(new TestPeer(_ => throw new IOException("it closed the connection")), new TestPeer(_ => Task.FromResult(new PeerFinding(null, "odd")), "other"));

        Assert.Equal((PartState.Failing, "it closed the connection"), State(await checks.CheckAsync("test", TestToken)));
        Assert.Equal((PartState.Degraded, "odd"), State(await checks.CheckAsync("other", TestToken)));
    }

    [Fact]
    public async Task Peer_that_is_not_configured_is_nobody()
    {
        Assert.Null(await Checks().CheckAsync("test", TestToken));
    }

    [Fact]
    public async Task Another_peer_under_the_same_name_is_asked_itself()
    {
        PeerChecks checks = Checks(new TestPeer(_ => throw new IOException("gone")));
        Assert.Equal((PartState.Failing, "gone"), State(await checks.CheckAsync("test", TestToken)));

        configured = [new TestPeer(_ => Task.FromResult(default(PeerFinding)))];

        Assert.Empty(checks.Known);
        Assert.Equal((PartState.Ok, null), State(await checks.CheckAsync("test", TestToken)));
    }

    [Fact]
    public async Task Known_is_the_last_conversation_that_is_over()
    {
        TaskCompletionSource<PeerFinding> talking = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue<Task<PeerFinding>> conversations = new([Task.FromException<PeerFinding>(new IOException("gone")), talking.Task]);
        PeerChecks checks = Checks(new TestPeer(_ => conversations.Dequeue()));
        Assert.Empty(checks.Known);
        await checks.CheckAsync("test", TestToken);
        clock.Advance(KeptFor);

        checks.Refresh();
        Task<PeerReport?> second = checks.CheckAsync("test", TestToken);
        Assert.Equal("gone", Assert.Single(checks.Known).Cause);
        talking.SetResult(default);
        await second;

        Assert.Equal((PartState.Ok, null), State(Assert.Single(checks.Known)));
    }

    private PeerChecks Checks(params IReadOnlyList<IPeer> peers)
    {
        configured = peers;
        return new PeerChecks(() => configured, () => (Limit, KeptFor), clock);
    }

    private static (PartState State, string? Cause) State(PeerReport? report) => (report!.State, report.Cause);

    private sealed class TestPeer(Func<CancellationToken, Task<PeerFinding>> talk, string name = "test") : IPeer
    {
        private int conversations;

        public string Name => name;

        public int Conversations => conversations;

        public Task<PeerFinding> TalkAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref conversations);
            return talk(cancellationToken);
        }
    }
}
