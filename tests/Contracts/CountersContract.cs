using PolicyDaemon.Engine.Counters;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What every store of counters must do.</summary>
public abstract class CountersContract : IAsyncLifetime
{
    private const int SlicesPerWindow = 60;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private int messages;

    protected ICounters Counters { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Counters = await OpenAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<ICounters> OpenAsync();

    /// <summary>Lets the store's clock go on.</summary>
    protected abstract ValueTask AdvanceAsync(TimeSpan by);

    [Fact]
    public async Task Charges_fit_up_to_the_limit_and_not_beyond()
    {
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(Of("a", 2, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Exceeded, (await ChargeAsync(Of("a", 2, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(Of("a", 1, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Exceeded, (await ChargeAsync(Of("a", 1, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(Of("b", 3, limit: 3))).Outcome);
    }

    [Fact]
    public async Task Refusal_names_the_charge_its_use_and_when_it_would_fit()
    {
        await ChargeAsync(Of("a", 2, limit: 3));
        var refused = Of("a", 2, limit: 3);
        var answer = await ChargeAsync(Of("other", 1, limit: 9), refused);

        Assert.Equal((refused, 2L), (answer.Charge, answer.Used));
        Assert.InRange(answer.RetryAfter, Hour, Hour + (Hour / SlicesPerWindow));

        await AdvanceAsync(answer.RetryAfter - TimeSpan.FromMilliseconds(1));
        Assert.Equal(CountOutcome.Exceeded, (await PeekAsync(refused)).Outcome);
        await AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(CountOutcome.Fits, (await PeekAsync(refused)).Outcome);
    }

    [Fact]
    public async Task More_than_the_limit_at_once_never_fits_and_has_no_time_at_which_it_would()
    {
        var answer = await ChargeAsync(Of("a", 4, limit: 3));
        Assert.Equal((CountOutcome.Exceeded, TimeSpan.Zero), (answer.Outcome, answer.RetryAfter));
        Assert.Equal(CountOutcome.Exceeded, (await ChargeAsync(Of("a", 1, limit: 0))).Outcome);
    }

    [Fact]
    public async Task All_are_charged_or_none()
    {
        await ChargeAsync(Of("full", 1, limit: 1));
        Assert.Equal(CountOutcome.Exceeded, (await ChargeAsync(Of("free", 1, limit: 1), Of("full", 1, limit: 1))).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(Of("free", 1, limit: 1))).Outcome);
    }

    [Fact]
    public async Task Soft_charge_that_does_not_fit_is_left_out_and_the_others_are_counted()
    {
        await ChargeAsync(Of("hold", 1, limit: 1));
        var answer = await ChargeAsync(Of("hold", 1, limit: 1) with { IsSoft = true }, Of("day", 1, limit: 1));

        Assert.Equal((CountOutcome.ExceededSoftly, "hold"), (answer.Outcome, answer.Charge?.Key));
        Assert.Equal(CountOutcome.Exceeded, (await PeekAsync(Of("day", 1, limit: 1))).Outcome);
        Assert.Equal(1, (await PeekAsync(Of("hold", 1, limit: 1))).Used);
    }

    [Fact]
    public async Task Soft_charge_does_not_soften_one_that_is_not()
    {
        await ChargeAsync(Of("hold", 1, limit: 1), Of("day", 1, limit: 1));
        var charges = new[] { Of("hold", 1, limit: 1) with { IsSoft = true }, Of("day", 1, limit: 1) };

        Assert.Equal((CountOutcome.Exceeded, "day"), await OutcomeAsync(ChargeAsync(charges)));
        Assert.Equal((CountOutcome.Exceeded, "day"), await OutcomeAsync(PeekAsync(charges)));
    }

    [Fact]
    public async Task Peek_charges_nothing()
    {
        for (var i = 0; i < 5; i++) Assert.Equal(CountOutcome.Fits, (await PeekAsync(Of("a", 2, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(Of("a", 3, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Exceeded, (await PeekAsync(Of("a", 1, limit: 3))).Outcome);
    }

    [Fact]
    public async Task Repeated_charge_counts_once_and_gets_the_first_answer()
    {
        for (var i = 0; i < 3; i++) Assert.Equal(CountOutcome.Fits, (await ChargeByIdAsync("message", Of("a", 2, limit: 3))).Outcome);
        await AdvanceAsync(TimeSpan.FromMinutes(19));
        Assert.Equal(CountOutcome.Fits, (await ChargeByIdAsync("message", Of("a", 2, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(Of("a", 1, limit: 3))).Outcome);
    }

    [Fact]
    public async Task Repeated_charge_on_hold_stays_on_hold()
    {
        await ChargeAsync(Of("hold", 1, limit: 1));
        var soft = Of("hold", 1, limit: 1) with { IsSoft = true };
        Assert.Equal(CountOutcome.ExceededSoftly, (await ChargeByIdAsync("message", soft)).Outcome);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(CountOutcome.ExceededSoftly, (await ChargeByIdAsync("message", soft)).Outcome);
    }

    [Fact]
    public async Task Refused_charge_is_judged_anew()
    {
        await ChargeByIdAsync("first", Of("a", 1, limit: 1));
        Assert.Equal(CountOutcome.Exceeded, (await ChargeByIdAsync("second", Of("a", 1, limit: 1))).Outcome);
        await Counters.RefundAsync("first", TestContext.Current.CancellationToken);
        Assert.Equal(CountOutcome.Fits, (await ChargeByIdAsync("second", Of("a", 1, limit: 1))).Outcome);
    }

    [Fact]
    public async Task Refund_gives_back_once_and_unknown_ids_are_ignored()
    {
        await ChargeByIdAsync("first", Of("a", 2, limit: 3), Of("b", 1, limit: 1));
        await ChargeByIdAsync("second", Of("a", 1, limit: 3));
        for (var i = 0; i < 2; i++) await Counters.RefundAsync("first", TestContext.Current.CancellationToken);
        await Counters.RefundAsync("unknown", TestContext.Current.CancellationToken);

        Assert.Equal(1, (await PeekAsync(Of("a", 3, limit: 3))).Used);
        Assert.Equal(CountOutcome.Fits, (await PeekAsync(Of("b", 1, limit: 1))).Outcome);
    }

    [Fact]
    public async Task Refund_after_the_window_takes_nothing_from_later_charges()
    {
        await ChargeByIdAsync("first", Of("a", 1, limit: 1, minutes: 1));
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        await ChargeAsync(Of("a", 1, limit: 1, minutes: 1));
        await Counters.RefundAsync("first", TestContext.Current.CancellationToken);
        Assert.Equal(CountOutcome.Exceeded, (await PeekAsync(Of("a", 1, limit: 1, minutes: 1))).Outcome);
    }

    [Fact]
    public async Task Window_made_longer_forgets_nothing_that_is_counted()
    {
        await ChargeAsync(Of("a", 3, limit: 3, minutes: 1));
        await AdvanceAsync(TimeSpan.FromSeconds(50));
        await ChargeAsync(Of("a", 0, limit: 3, minutes: 1));
        await AdvanceAsync(TimeSpan.FromMinutes(50));
        Assert.Equal(CountOutcome.Exceeded, (await PeekAsync(Of("a", 1, limit: 3, minutes: 60))).Outcome);
    }

    [Fact]
    public async Task Reset_forgets_what_is_counted_for_these_keys_and_nothing_else()
    {
        await ChargeByIdAsync("first", Of("a", 3, limit: 3), Of("b", 3, limit: 3));
        Assert.True(await Counters.ResetAsync(["a", "never charged"], TestContext.Current.CancellationToken));

        Assert.Equal(CountOutcome.Fits, (await PeekAsync(Of("a", 3, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Exceeded, (await PeekAsync(Of("b", 1, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeByIdAsync("first", Of("a", 3, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Fits, (await ChargeAsync(Of("a", 3, limit: 3))).Outcome);
        Assert.Equal(CountOutcome.Exceeded, (await ChargeAsync(Of("a", 1, limit: 3))).Outcome);
    }

    [Fact]
    public async Task Limit_of_nothing_tells_what_is_used()
    {
        await ChargeAsync(Of("a", 2, limit: 3));
        Assert.Equal((CountOutcome.Exceeded, 2), await UseAsync("a"));
        await AdvanceAsync(Hour + (Hour / SlicesPerWindow));
        Assert.Equal(0, (await UseAsync("a")).Used);
        Assert.Equal(0, (await UseAsync("never charged")).Used);
    }

    [Theory]
    [InlineData("login-hour/login:o'brien\"; DROP TABLE counters;--")]
    [InlineData("recipients/recipient:名前@xn--bcher-kva.example")]
    [InlineData("a/\\ % _ ? :name $1")]
    public async Task Hostile_key_is_only_a_key(string key)
    {
        Assert.Equal(CountOutcome.Fits, (await ChargeByIdAsync($"id {key}", Of(key, 1, limit: 1))).Outcome);
        Assert.Equal(CountOutcome.Exceeded, (await ChargeAsync(Of(key, 1, limit: 1))).Outcome);
    }

    [Fact]
    public async Task Concurrent_charges_never_pass_more_than_the_limit()
    {
        var passed = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, token) =>
        {
            var charges = i % 2 == 0 ? [Of("a", 1, limit: 100), Of("b", 1, limit: 100)] : new[] { Of("b", 1, limit: 100), Of("a", 1, limit: 100) };
            if ((await Counters.ChargeAsync($"message {i}", charges, token)).Outcome == CountOutcome.Fits) Interlocked.Increment(ref passed);
        });

        Assert.Equal(100, passed);
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 3600)]
    [InlineData(3, 7)]
    [InlineData(4, 86400)]
    public async Task In_any_interval_as_long_as_the_window_never_more_than_the_limit_passes(int seed, int windowSeconds)
    {
        var random = new Random(seed);
        var window = TimeSpan.FromSeconds(windowSeconds);
        var passed = new List<(TimeSpan At, long Units)>();
        var now = TimeSpan.Zero;
        while (now < window * 6)
        {
            var step = window * (random.NextDouble() * (random.Next(20) == 0 ? 0.9 : 0.01));
            await AdvanceAsync(step);
            now += step;
            var units = random.Next(1, 8);
            if ((await ChargeAsync(new Charge("a", units, 50, window))).Outcome == CountOutcome.Fits) passed.Add((now, units));
        }

        foreach (var (end, _) in passed) Assert.InRange(passed.Where(one => one.At > end - window && one.At <= end).Sum(one => one.Units), 1, 50);
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 3600)]
    public async Task No_unit_waits_longer_than_one_slice_more_than_it_must(int seed, int windowSeconds)
    {
        var random = new Random(seed);
        var window = TimeSpan.FromSeconds(windowSeconds);
        var passed = new List<TimeSpan>();
        var now = TimeSpan.Zero;
        while (now < window * 5)
        {
            var step = window * (random.NextDouble() * 0.02);
            await AdvanceAsync(step);
            now += step;
            var answer = await ChargeAsync(new Charge("a", 1, 20, window));
            if (answer.Outcome == CountOutcome.Fits) passed.Add(now);
            else Assert.InRange(passed.Count(at => at > now - window - (window / SlicesPerWindow)), 20, int.MaxValue);
        }

        Assert.InRange(passed.Count, 20 * 4, 20 * 6);
    }

    private static Charge Of(string key, long units, long limit, int minutes = 60) => new(key, units, limit, TimeSpan.FromMinutes(minutes));

    private static async Task<(CountOutcome Outcome, string? Key)> OutcomeAsync(ValueTask<CountAnswer> asked)
    {
        var answer = await asked;
        return (answer.Outcome, answer.Charge?.Key);
    }

    private async Task<(CountOutcome Outcome, long Used)> UseAsync(string key)
    {
        var answer = await PeekAsync(Of(key, 1, limit: 0));
        return (answer.Outcome, answer.Used);
    }

    /// <summary>Charges a message of its own.</summary>
    private ValueTask<CountAnswer> ChargeAsync(params Charge[] charges) => ChargeByIdAsync($"message {Interlocked.Increment(ref messages)}", charges);

    private ValueTask<CountAnswer> ChargeByIdAsync(string id, params Charge[] charges) =>
        Counters.ChargeAsync(id, charges, TestContext.Current.CancellationToken);

    private ValueTask<CountAnswer> PeekAsync(params Charge[] charges) => Counters.PeekAsync(charges, TestContext.Current.CancellationToken);
}
