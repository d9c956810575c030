using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>One of three nodes with a journal, that can end and begin again.</summary>
internal sealed class ClusterNode(string connectionString, string name, string directory) : IAsyncDisposable
{
    public const string Key = "login-hour/login:alice";

    private PostgresSource source = null!;
    private ClusterCounters? counters;
    private int messages;

    public ClusterCounters Counters => counters!;

    /// <summary>Units that this node has let through.</summary>
    public long Passed { get; private set; }

    public async Task StartAsync()
    {
        source = new PostgresSource(new() { ConnectionString = connectionString, Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        counters = new ClusterCounters(source.Primary, name, nodes: 3, new() { Directory = Path.Combine(directory, name) }, TimeProvider.System, Assert.Fail, Assert.Fail);
        await counters.StartAsync(TestContext.Current.CancellationToken);
    }

    public static Charge Of(long units, long limit = 200) => new(Key, units, limit, TimeSpan.FromHours(1));

    /// <summary>Messages of one unit each, one after the other, until one does not pass.</summary>
    public async Task<long> SpendAsync(int most, long limit = 200)
    {
        var before = Passed;
        while (Passed - before < most && (await ChargeAsync(1, limit)).Outcome == CountOutcome.Fits) { }
        return Passed - before;
    }

    public async Task<CountAnswer> ChargeAsync(long units, long limit = 200)
    {
        var answer = await Counters.ChargeAsync($"{name} {Interlocked.Increment(ref messages)}", [Of(units, limit)], TestContext.Current.CancellationToken);
        if (answer.Outcome == CountOutcome.Fits) Passed += units;
        return answer;
    }

    public Task WaitUntilAsync(bool isAway) => Wait.UntilAsync(() => Counters.State.IsAway == isAway, $"{name} is {(isAway ? "away" : "back")}", details: () => $"{Counters.State}");

    public async Task StopAsync()
    {
        if (counters is null) return;
        await counters.DisposeAsync();
        await source.DisposeAsync();
        counters = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
