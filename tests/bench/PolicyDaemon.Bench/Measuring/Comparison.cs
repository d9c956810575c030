using System.Diagnostics;
using System.Net.Sockets;
using PolicyDaemon.Bench.Conversations;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>
/// Measures several servers round by round in turn, so that whatever else the machine does meets all of them; the first is the one that the others are
/// compared with, each of its rounds with theirs.
/// </summary>
internal sealed class Comparison(MeasuringOptions options, Results results)
{
    private readonly QuietMoment quiet = new(options.Patience);

    /// <param name="conversation">For one connection, by subject and number.</param>
    public async Task RunAsync(Case @case, IReadOnlyList<Subject> subjects, Func<Subject, int, IConversation> conversation)
    {
        var loads = new List<Load>();
        try
        {
            foreach (var subject in subjects) loads.Add(new Load(subject.Endpoints[@case.Transport], @case.Connections, number => conversation(subject, number)));
            await MeasureAsync(@case, subjects, index => Run(loads[index], @case));
        }
        finally
        {
            foreach (var load in loads) load.Dispose();
        }
    }

    /// <param name="run">One round at one of the subjects.</param>
    public async Task MeasureAsync(Case @case, IReadOnlyList<Subject> subjects, Func<int, Round> run)
    {
        var rounds = subjects.Select(_ => new List<Round>()).ToArray();
        for (var round = @case.IsOnce ? 0 : -1; round < options.Rounds; round++)
        {
            for (var i = 0; i < subjects.Count; i++)
            {
                await quiet.WaitAsync(() => subjects.Aggregate(TimeSpan.Zero, (sum, subject) => sum + subject.Cpu));
                var measured = await MeasureAsync(subjects[i], () => Try(subjects[i], () => run(i)));

                // The first is for the compiler, and fills what is remembered.
                if (round >= 0) rounds[i].Add(measured);
            }
        }

        for (var i = 0; i < subjects.Count; i++) results.Add(Measurement.Of(@case, subjects[i], rounds[i], rounds[0]));
    }

    private static Round Try(Subject subject, Func<Round> run)
    {
        try
        {
            return run();
        }
        catch (Exception failure) when (failure is InvalidDataException or TimeoutException or SocketException)
        {
            throw new InvalidOperationException($"{subject.Name}: {failure.Message}", failure);
        }
    }

    private Round Run(Load load, Case @case) => @case.PerSecond is { } perSecond ? load.Run(options.Length, perSecond) : load.Run(options.Length);

    private static async Task<Round> MeasureAsync(Subject subject, Func<Round> run)
    {
        var runtime = await RuntimeUse.ReadAsync(subject.Metrics);
        var (own, server, machine, begun) = (Environment.CpuUsage.TotalTime, subject.Cpu, ProcessFamily.CpuOfMachine(), Stopwatch.GetTimestamp());
        var round = run();
        var elapsed = Stopwatch.GetElapsedTime(begun);
        (own, server, machine) = (Environment.CpuUsage.TotalTime - own, subject.Cpu - server, ProcessFamily.CpuOfMachine() - machine);
        var after = await RuntimeUse.ReadAsync(subject.Metrics);
        var requests = round.PerSecond * elapsed.TotalSeconds;
        return round with
        {
            CpuPerRequest = subject.ProcessId == 0 ? round.CpuPerRequest : server.TotalMicroseconds / requests,
            Others = Math.Max(0, (machine - own - server) / elapsed),
            BytesPerRequest = (after?.Allocated - runtime?.Allocated) / requests,
            Collections = after?.Collections - runtime?.Collections,
        };
    }
}

/// <param name="Rounds">For each server; odd, so that there is a middle one.</param>
/// <param name="Length">Of a round.</param>
/// <param name="Patience">To wait before each round until others use little of the machine.</param>
internal sealed record MeasuringOptions(int Rounds, TimeSpan Length, TimeSpan Patience);
