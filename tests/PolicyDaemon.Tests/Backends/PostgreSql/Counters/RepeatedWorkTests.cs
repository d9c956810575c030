using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql.Counters;

public sealed class RepeatedWorkTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ManualClock clock = new();
    private readonly List<string> mistakes = [];
    private volatile int steps;

    /// <summary>Whatever goes wrong, the next step comes; a mistake is told once, an outage not at all, and the end is quiet.</summary>
    [Fact]
    public async Task Nothing_that_goes_wrong_ends_it()
    {
        var outcomes = new Queue<Exception?>(
        [
            new InvalidOperationException("nobody thought of this"), new InvalidOperationException("nor of this"), new PostgresUnavailableException("away"), null,
            new TaskCanceledException("a time limit of its own"), null,
        ]);
        await using (var work = new RepeatedWork("reading", Interval, _ => Step(outcomes.Dequeue()), clock, mistakes.Add))
        {
            work.Start();
            for (var expected = 1; expected <= 6; expected++)
            {
                await WaitForStepAsync(expected);
                if (expected < 6) clock.Advance(Interval);
            }
        }

        Assert.Equal(["reading: nobody thought of this", "reading: a time limit of its own"], mistakes);
    }

    [Fact]
    public async Task End_in_the_middle_of_a_step_is_no_mistake()
    {
        var work = new RepeatedWork("reading", Interval, token => { steps++; return Task.Delay(Timeout.Infinite, token); }, clock, mistakes.Add);
        work.Start();
        await WaitForStepAsync(1);
        await work.DisposeAsync();

        Assert.Empty(mistakes);
    }

    private Task Step(Exception? outcome)
    {
        steps++;
        return outcome is null ? Task.CompletedTask : Task.FromException(outcome);
    }

    private async Task WaitForStepAsync(int expected)
    {
        for (var i = 0; i < 500 && steps < expected; i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(expected, steps);
    }
}
