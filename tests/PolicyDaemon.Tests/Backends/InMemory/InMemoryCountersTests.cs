using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Counters;
using Xunit;

namespace PolicyDaemon.Tests.Backends.InMemory;

public sealed class InMemoryCountersTests : CountersContract
{
    private readonly ManualClock clock = new();

    public override ValueTask DisposeAsync() => default;

    protected override ValueTask<ICounters> OpenAsync() => new(new InMemoryCounters(clock));

    protected override ValueTask AdvanceAsync(TimeSpan by)
    {
        clock.Advance(by);
        return default;
    }

    [Fact]
    public async Task Too_many_keys_are_unavailable_and_those_known_go_on_counting()
    {
        var counters = new InMemoryCounters(clock, maxKeys: 2);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(counters, "a")).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(counters, "b")).Outcome);

        Assert.Equal(CountOutcome.Unavailable, (await ChargeAsync(counters, "a", "c")).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(counters, "a")).Outcome);
        Assert.Equal(CountOutcome.Exceeded, (await ChargeAsync(counters, "a")).Outcome);
    }

    [Fact]
    public async Task Flood_of_keys_of_one_limit_leaves_the_others_their_room()
    {
        var counters = new InMemoryCounters(clock, maxKeys: 2);
        foreach (var i in Enumerable.Range(0, 5)) await ChargeAsync(counters, $"inbound/client:192.0.2.{i}/32");
        Assert.Equal(CountOutcome.Unavailable, (await ChargeAsync(counters, "inbound/client:192.0.2.9/32")).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(counters, "login-hour/login:alice")).Outcome);
    }

    [Fact]
    public async Task Keys_whose_window_has_passed_make_room()
    {
        var counters = new InMemoryCounters(clock, maxKeys: 2);
        await ChargeAsync(counters, "a");
        clock.Advance(TimeSpan.FromSeconds(30));
        await ChargeAsync(counters, "b");
        Assert.Equal(CountOutcome.Unavailable, (await ChargeAsync(counters, "c")).Outcome);

        clock.Advance(TimeSpan.FromSeconds(32));
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(counters, "c")).Outcome);
        Assert.Equal(CountOutcome.Unavailable, (await ChargeAsync(counters, "a")).Outcome);
    }

    [Fact]
    public async Task Oldest_charge_ids_are_forgotten_first_and_then_count_again()
    {
        var counters = new InMemoryCounters(clock, maxCharges: 2);
        foreach (var name in new[] { "a", "b", "c" }) await ChargeByIdAsync(counters, name, name);
        foreach (var name in new[] { "c", "a" }) await ChargeByIdAsync(counters, name, name);

        Assert.Equal(1, await UsedAsync(counters, "c"));
        Assert.Equal(2, await UsedAsync(counters, "a"));
    }

    [Fact]
    public async Task Setting_the_system_time_changes_no_count()
    {
        var time = new SettableTime(clock);
        var counters = new InMemoryCounters(time);
        await ChargeAsync(counters, "a", "a");
        time.Offset = TimeSpan.FromDays(400);
        Assert.Equal(1, await UsedAsync(counters, "a"));
    }

    [Fact]
    public async Task Negative_units_are_refused_and_charge_nothing()
    {
        var counters = new InMemoryCounters(clock);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await counters.ChargeAsync("id", [Of("a"), Of("b") with { Units = -1 }], TestContext.Current.CancellationToken));
        Assert.Equal(0, await UsedAsync(counters, "a"));
    }

    private static Charge Of(string who) => new(who.Contains('/', StringComparison.Ordinal) ? who : $"limit/{who}", 1, 2, TimeSpan.FromMinutes(1));

    private static ValueTask<CountAnswer> ChargeAsync(InMemoryCounters counters, params string[] keys) =>
        ChargeByIdAsync(counters, Guid.NewGuid().ToString(), [.. keys.Distinct(StringComparer.Ordinal)]);

    private static async Task<long> UsedAsync(InMemoryCounters counters, string key) =>
        (await counters.PeekAsync([Of(key) with { Units = 9 }], TestContext.Current.CancellationToken)).Used;

    private static ValueTask<CountAnswer> ChargeByIdAsync(InMemoryCounters counters, string id, params string[] keys) =>
        counters.ChargeAsync(id, [.. keys.Select(Of)], TestContext.Current.CancellationToken);

    private sealed class SettableTime(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Offset;

        public override long GetTimestamp() => inner.GetTimestamp();
    }
}
