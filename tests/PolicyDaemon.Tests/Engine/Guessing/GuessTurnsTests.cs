using PolicyDaemon.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Guessing;

public sealed class GuessTurnsTests
{
    private readonly GuessTurns turns = new();

    [Fact]
    public async Task Turns_are_taken_by_key_and_given_back()
    {
        List<IDisposable> taken = [];
        for (var i = 0; i < GuessTurns.AtOnce; i++) taken.Add(await TakeAsync("network a", "login x"));
        var waiting = TakeAsync("network b", "login x").AsTask();
        using (await TakeAsync("network b", "login y")) Assert.False(waiting.IsCompleted);

        taken[0].Dispose();
        taken[0].Dispose();
        (await waiting.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).Dispose();
        foreach (var turn in taken) turn.Dispose();
        Assert.Equal(0, turns.Count);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_nothing_behind()
    {
        List<IDisposable> taken = [];
        for (var i = 0; i < GuessTurns.AtOnce; i++) taken.Add(await TakeAsync("login x"));
        using CancellationTokenSource impatience = new();
        var waiting = turns.TakeAsync(["network a", "login x"], impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(1, turns.Count);
        foreach (var turn in taken) turn.Dispose();
        Assert.Equal(0, turns.Count);
    }

    private ValueTask<IDisposable> TakeAsync(params string[] keys) => turns.TakeAsync(keys, TestContext.Current.CancellationToken);
}
