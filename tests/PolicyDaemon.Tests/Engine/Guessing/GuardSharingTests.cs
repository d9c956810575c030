using System.Net;
using System.Text;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Guessing;

public sealed class GuardSharingTests
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.7");
    private static readonly IPAddress Attacker = IPAddress.Parse("198.51.100.66");
    private static readonly GuardRules Rules = new();

    private readonly ManualClock clock = new();
    private readonly TestGuardStore store = new();
    private readonly List<string?> changes = [];

    [Fact]
    public async Task What_one_node_has_seen_counts_on_all()
    {
        await using var one = new Node(store, clock, changes);
        await using var two = new Node(store, clock, changes);
        foreach (var node in new[] { one, two }) await node.ExchangeAsync();
        one.Guard.Right("alice", Home);
        for (var i = 0; i < 3; i++) one.Guess("alice", $"guess{i}");
        for (var i = 2; i < 4; i++) two.Guess("alice", $"guess{i}");
        Assert.Null(two.Guard.Find("alice", Attacker));
        foreach (var node in new[] { one, two, one }) await node.ExchangeAsync();
        Assert.Null(two.Guard.Find("alice", Attacker));
        two.Guess("alice", "guess4");
        foreach (var node in new[] { two, one }) await node.ExchangeAsync();

        Assert.Equal("network 198.51.100.66/32", one.Guard.Find("bob", Attacker)!.Key);
        Assert.All(new[] { one, two }, node => Assert.Null(node.Guard.Find("alice", Home)));
        one.Guard.Clear("network 198.51.100.66/32");
        foreach (var node in new[] { one, two }) await node.ExchangeAsync();
        Assert.Null(two.Guard.Find("bob", Attacker));
    }

    [Fact]
    public async Task Restart_forgets_nothing()
    {
        await using (var before = new Node(store, clock, changes))
        {
            before.Guard.Right("alice", Home);
            for (var i = 0; i < 5; i++) before.Guess("alice", $"guess{i}");
            await before.ExchangeAsync();
        }

        await using var after = new Node(store, clock, changes);
        await after.ExchangeAsync();
        Assert.NotNull(after.Guard.Find("alice", Attacker));
        Assert.Null(after.Guard.Find("alice", Home));
        clock.Advance(Rules.Lockout);
        Assert.Null(after.Guard.Find("alice", Attacker));
    }

    /// <summary>Of two that write at once, the one with the smaller number may be there later.</summary>
    [Fact]
    public async Task Event_whose_number_comes_late_is_heard_too()
    {
        await using var node = new Node(store, clock, changes);
        store.Put(7, new(GuardEventKind.Known, "known alice 192.0.2.7/32", 0, clock.GetUtcNow()));
        await node.ExchangeAsync();
        store.Put(6, new(GuardEventKind.Known, "known bob 192.0.2.7/32", 0, clock.GetUtcNow()));
        await node.ExchangeAsync();
        for (var i = 0; i < 5; i++) node.Guess("carol", $"guess{i}", Home);

        Assert.Null(node.Guard.Find("bob", Home));
        Assert.NotNull(node.Guard.Find("carol", Home));
    }

    [Fact]
    public async Task While_the_store_is_away_a_node_guards_for_itself_and_tells_later()
    {
        await using var one = new Node(store, clock, changes);
        await one.ExchangeAsync();
        store.IsAway = true;
        for (var i = 0; i < 5; i++) one.Guess("alice", $"guess{i}");
        await one.ExchangeAsync();
        await one.ExchangeAsync();
        Assert.NotNull(one.Guard.Find("alice", Attacker));
        Assert.Equal(["away"], changes);
        store.IsAway = false;
        await one.ExchangeAsync();

        Assert.Equal(["away", null], changes);
        await using var two = new Node(store, clock, changes);
        await two.ExchangeAsync();
        Assert.NotNull(two.Guard.Find("alice", Attacker));
    }

    [Fact]
    public async Task It_is_told_and_heard_every_second()
    {
        await using var one = new Node(store, clock, changes);
        await one.Sharing.StartAsync();
        one.Guess("alice", "guess");
        clock.Advance(GuardSharing.Interval);
        for (var i = 0; i < 500 && store.Count == 0; i++) await Task.Delay(10, TestContext.Current.CancellationToken);

        Assert.Equal(2, store.Count);
    }

    /// <summary>Whatever goes wrong once, the next exchange comes, and the log has heard of it.</summary>
    [Fact]
    public async Task Mistake_of_the_store_ends_no_sharing()
    {
        foreach (var mistake in new Exception[] { new InvalidOperationException("a row that nobody knows"), new TaskCanceledException("a time limit of its own") })
        {
            await using var one = new Node(store, clock, changes);
            store.Mistake = mistake;
            await one.Sharing.StartAsync();
            Assert.Equal($"a mistake in this program: {mistake.Message}", changes[^1]);
            store.Mistake = null;
            var before = store.Count;
            one.Guess("alice", mistake.Message);
            clock.Advance(GuardSharing.Interval);
            for (var i = 0; i < 500 && (store.Count == before || changes[^1] is not null); i++) await Task.Delay(10, TestContext.Current.CancellationToken);

            Assert.Equal((before + 2, null), (store.Count, changes[^1]));
        }
    }

    private sealed class Node : IAsyncDisposable
    {
        public Node(IGuardStore store, ManualClock clock, List<string?> changes)
        {
            Guard = new GuessingGuard(() => Rules, clock);
            Sharing = new GuardSharing(store, Guard, () => Rules, clock, changes.Add);
        }

        public GuessingGuard Guard { get; }

        public GuardSharing Sharing { get; }

        public Task ExchangeAsync() => Sharing.ExchangeAsync(TestContext.Current.CancellationToken);

        public void Guess(string name, string text, IPAddress? client = null)
        {
            using var password = new Password(Encoding.UTF8.GetBytes(text));
            Guard.Wrong(name, client ?? Attacker, password, out _);
        }

        public ValueTask DisposeAsync() => Sharing.DisposeAsync();
    }

    /// <summary>Events in a list, with a switch for being away.</summary>
    private sealed class TestGuardStore : IGuardStore
    {
        private readonly SortedDictionary<long, GuardEvent> events = [];

        public bool IsAway { get; set; }

        /// <summary>What no store may throw.</summary>
        public Exception? Mistake { get; set; }

        public int Count => events.Count;

        public void Put(long number, GuardEvent seen) => events[number] = seen;

        public Task<byte[]> ReadSecretAsync(CancellationToken cancellationToken) => Task.FromResult(Present(new byte[32]));

        public Task WriteAsync(IReadOnlyList<GuardEvent> events, CancellationToken cancellationToken)
        {
            Present(events);
            foreach (var seen in events) Put(this.events.Count == 0 ? 1 : this.events.Keys.Max() + 1, seen);
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<StoredGuardEvent>> ReadAsync(long after, int most, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<StoredGuardEvent>>([.. Present(events).Where(pair => pair.Key > after).Take(most).Select(pair => new StoredGuardEvent(pair.Key, pair.Value))]);

        public Task ForgetAsync(DateTimeOffset guessesBefore, DateTimeOffset networksBefore, CancellationToken cancellationToken) => Task.FromResult(Present(0));

        private T Present<T>(T answer) => Mistake is not null ? throw Mistake : IsAway ? throw new StoreUnavailableException("away") : answer;
    }
}
