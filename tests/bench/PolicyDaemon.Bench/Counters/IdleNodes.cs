using System.Diagnostics;
using Npgsql;

namespace PolicyDaemon.Bench.Counters;

/// <summary>What nodes cost PostgreSQL that charge nothing: each looks every five seconds which keys are above half of their limit and what can be deleted; and each hears of every change.</summary>
internal static class IdleNodes
{
    private const int Nodes = 20;
    private const int Listeners = 50;
    private const int Changes = 400;

    /// <summary>Two readings of each node.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(CountingServer server, string directory)
    {
        await server.StopVacuumAsync();
        foreach (var high in new[] { 0, 10_000 })
        {
            await server.MarkHighAsync(high);
            await using var nodes = await ClusterCounting.StartAsync(server.Daemon, Nodes, Path.Combine(directory, $"idle-{high}"));
            await Task.Delay(Length); // statements are prepared the second time
            var cpu = await CpuAsync(server, () => Task.Delay(Length));
            Console.WriteLine(FormattableString.Invariant(
                $"{Nodes} nodes that charge nothing, {high:N0} keys above half of their limit: {cpu.TotalMilliseconds / Nodes / Length.TotalSeconds:F1} ms of PostgreSQL's CPU time for each node and second"));
        }

        await server.MarkHighAsync(0);
        await HearAsync(server);
    }

    private static async Task HearAsync(CountingServer server)
    {
        await using var source = NpgsqlDataSource.Create($"{server.Daemon.ConnectionString};Maximum Pool Size={Listeners + 1}");
        List<long> times = [];
        var (sent, last) = (0L, new TaskCompletionSource());
        var heard = 0;
        List<(NpgsqlConnection Connection, Task Hearing)> listeners = [];
        using CancellationTokenSource ending = new();
        for (var i = 0; i < Listeners; i++)
        {
            var connection = await source.OpenConnectionAsync();
            connection.Notification += (_, _) => Hear();
            await using NpgsqlCommand listen = new("LISTEN policydaemon", connection);
            await listen.ExecuteNonQueryAsync();
            listeners.Add((connection, WaitAsync(connection, ending.Token)));
        }

        await using var telling = source.CreateCommand("NOTIFY policydaemon, 'bench'");
        var cpu = await CpuAsync(server, TellAsync);
        await ending.CancelAsync();
        foreach (var (connection, hearing) in listeners)
        {
            await hearing;
            await connection.DisposeAsync();
        }

        Console.WriteLine(FormattableString.Invariant(
            $"{Changes} changes told to {Listeners} nodes: {cpu.TotalMicroseconds / Changes / Listeners:F0} us of PostgreSQL's CPU time for each change and node; heard after {Spread.Of(times)}"));

        async Task TellAsync()
        {
            for (var i = 0; i < Changes; i++)
            {
                (heard, last) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                Volatile.Write(ref sent, Stopwatch.GetTimestamp());
                await telling.ExecuteNonQueryAsync();
                await last.Task.WaitAsync(TimeSpan.FromSeconds(10));
            }
        }

        void Hear()
        {
            lock (times) times.Add(Stopwatch.GetTimestamp() - Volatile.Read(ref sent));
            if (Interlocked.Increment(ref heard) == Listeners) last.SetResult();
        }
    }

    private static async Task WaitAsync(NpgsqlConnection connection, CancellationToken ending)
    {
        try
        {
            while (true) await connection.WaitAsync(ending);
        }
        catch (OperationCanceledException)
        {
            // Done.
        }
    }

    private static async Task<TimeSpan> CpuAsync(CountingServer server, Func<Task> work)
    {
        var before = server.Cpu;
        await work();
        return server.Cpu - before;
    }
}
