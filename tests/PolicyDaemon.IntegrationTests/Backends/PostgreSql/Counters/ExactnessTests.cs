using System.Collections.Concurrent;
using System.Diagnostics;
using PolicyDaemon.CounterNode;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>A limit is exact on all nodes together, whatever becomes of the nodes.</summary>
public sealed class ExactnessTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const int Callers = 64;

    private static readonly string[] Nodes = ["mx1", "mx2", "mx3"];

    [Fact]
    public async Task Nodes_that_are_killed_and_frozen_while_they_hammer_one_key_pass_exactly_the_limit()
    {
        const int limit = 60_000;
        await using var database = await CounterDatabase.CreateAsync(postgres.Server);
        var running = Nodes.ToDictionary(node => node, node => Start(database, node, limit), StringComparer.Ordinal);
        var random = new Random(1);
        for (var kill = 0; kill < 6; kill++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 500)), TestContext.Current.CancellationToken);
            var node = Nodes[kill % Nodes.Length];
            if (kill % 2 == 1) await Command.RunAsync("kill", ["-STOP", $"{running[Nodes[(kill + 1) % Nodes.Length]].Id}"]);
            running[node].Kill();
            await running[node].WaitForExitAsync(TestContext.Current.CancellationToken);
            running[node] = Start(database, node, limit);
            if (kill % 2 == 1) await Command.RunAsync("kill", ["-CONT", $"{running[Nodes[(kill + 1) % Nodes.Length]].Id}"]);
        }

        foreach (var node in running.Values) await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        var answers = Nodes.SelectMany(node => AskedLog.ReadLines(LogOf(database, node)).Select(line => (node, line))).ToList();
        var passed = answers.Where(answer => answer.line.Word == "passed").DistinctBy(answer => (answer.node, answer.line.Id)).Sum(answer => answer.line.Units);

        Assert.Equal(limit, passed);
        Assert.Equal(limit, await database.UsedAsync(Load.Key));
    }

    [Fact]
    public async Task Node_that_freezes_holds_up_no_other()
    {
        await using var database = await CounterDatabase.CreateAsync(postgres.Server);
        var frozen = Start(database, "frozen", int.MaxValue);
        var awake = await database.OpenAsync("awake");
        for (var i = 0; i < 30; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50 + i), TestContext.Current.CancellationToken);
            await Command.RunAsync("kill", ["-STOP", $"{frozen.Id}"]);
            var asked = Stopwatch.GetTimestamp();
            var answer = await awake.ChargeAsync($"{i}", [new Charge(Load.Key, 1, int.MaxValue, TimeSpan.FromHours(1))], TestContext.Current.CancellationToken);
            Assert.Equal(CountOutcome.Fits, answer.Outcome);
            Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(1));
            await Command.RunAsync("kill", ["-CONT", $"{frozen.Id}"]);
        }

        Assert.False(frozen.HasExited);
        frozen.Kill();
        await frozen.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task In_any_interval_as_long_as_the_window_three_nodes_together_pass_no_more_than_the_limit()
    {
        const int limit = 200;
        var window = TimeSpan.FromHours(1);
        await using var database = await CounterDatabase.CreateAsync(postgres.Server, hasManualClock: true);
        var nodes = await Task.WhenAll(Nodes.Select(database.OpenAsync));
        var passed = new ConcurrentBag<(long At, long Units)>();
        var random = new Random(3);
        var messages = 0;
        for (var now = 1_790_000_000_000_000; now < 1_790_000_000_000_000 + (5 * (long)window.TotalMicroseconds); now += random.NextInt64(180_000_000))
        {
            await database.SetClockAsync(now);
            var at = now;
            var seed = random.Next();
            await Task.WhenAll(nodes.Select((node, n) => Task.Run(async () =>
            {
                var own = new Random(seed + n);
                await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
                {
                    var units = own.Next(1, 9);
                    Charge[] charges = [new Charge("hour", units, limit, window), new Charge("minute", units, limit / 4, TimeSpan.FromMinutes(1))];
                    await node.PeekAsync(charges, TestContext.Current.CancellationToken);
                    var answer = await node.ChargeAsync($"{Interlocked.Increment(ref messages)}", charges, TestContext.Current.CancellationToken);
                    if (answer.Outcome == CountOutcome.Fits) passed.Add((at, units));
                }));
            })));
        }

        Assert.InRange(passed.Sum(one => one.Units), 4 * limit, 6 * limit);
        Assert.All(passed, end =>
        {
            Assert.InRange(passed.Where(one => one.At > end.At - (long)window.TotalMicroseconds && one.At <= end.At).Sum(one => one.Units), 1, limit);
            Assert.InRange(passed.Where(one => one.At > end.At - 60_000_000 && one.At <= end.At).Sum(one => one.Units), 1, limit / 4);
        });
    }

    [Fact]
    public async Task Callers_that_stop_waiting_and_ask_again_are_charged_once()
    {
        await using var database = await CounterDatabase.CreateAsync(postgres.Server);
        var node = await database.OpenAsync("node");
        Charge[] charges = [new Charge("key", 1, 1000, TimeSpan.FromHours(1))];
        await Parallel.ForEachAsync(Enumerable.Range(0, 300), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, token) =>
        {
            for (var attempt = 0; attempt < 3; attempt++)
            {
                using var impatient = new CancellationTokenSource(TimeSpan.FromMicroseconds(attempt * 700));
                try
                {
                    await node.ChargeAsync($"{i}", charges, impatient.Token);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }
            }

            await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
                Assert.Equal(CountOutcome.Fits, (await node.ChargeAsync($"{i}", charges, token)).Outcome)));
        });

        Assert.Equal(300, await database.UsedAsync("key"));
    }

    [Fact]
    public async Task Key_that_PostgreSQL_cannot_hold_harms_nobody_in_the_same_batch()
    {
        await using var database = await CounterDatabase.CreateAsync(postgres.Server);
        var node = await database.OpenAsync("node");
        string[] keys = ["a\0b", "\ud800", new string('x', 100_000), string.Concat(Enumerable.Repeat("😀", 5_000)), "plain", ""];
        for (var expected = 0; expected < 2; expected++)
        {
            var answers = await Task.WhenAll(keys.Select(async key =>
                await node.ChargeAsync($"{key} {expected}", [new Charge(key, 1, 1, TimeSpan.FromHours(1))], TestContext.Current.CancellationToken)));
            Assert.All(answers, answer => Assert.Equal(expected == 0 ? CountOutcome.Fits : CountOutcome.Exceeded, answer.Outcome));
            if (expected == 1) Assert.Equal(keys, answers.Select(answer => answer.Charge!.Key));
        }
    }

    private static string LogOf(CounterDatabase database, string node) => $"{database.Database.Server.SocketDirectory}/{database.Database.Name}.{node}";

    private static Process Start(CounterDatabase database, string node, int limit)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "PolicyDaemon.CounterNode"));
        foreach (var argument in new[] { PostgresSetup.OptionsOf(database.Database).ConnectionString, node, LogOf(database, node), $"{Callers}", $"{limit}" })
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
