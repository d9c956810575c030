using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What every store of the guard's events must do. A backend's subclass says how it is opened and stopped.</summary>
public abstract class GuardStoreContract : IAsyncLifetime
{
    /// <summary>Whole milliseconds, which every store keeps.</summary>
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    protected IGuardStore Store { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await StartAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens an empty store.</summary>
    protected abstract ValueTask<IGuardStore> StartAsync();

    /// <summary>The same store as another node, or this one after a restart, sees it.</summary>
    protected abstract IGuardStore OpenAgain();

    protected abstract ValueTask StopAsync();

    [Fact]
    public async Task Secret_is_random_and_the_same_for_everybody()
    {
        var secret = await Store.ReadSecretAsync(Token);

        Assert.Equal(32, secret.Length);
        Assert.True(secret.Distinct().Count() > 8);
        Assert.Equal(secret, await OpenAgain().ReadSecretAsync(Token));
    }

    [Fact]
    public async Task Events_come_back_as_they_were_in_the_order_of_their_numbers()
    {
        GuardEvent[] events =
        [
            new(GuardEventKind.Guess, "login alice", ulong.MaxValue, Start), new(GuardEventKind.Guess, "network 192.0.2.7/32", 1, Start.AddSeconds(1)),
            new(GuardEventKind.Known, "known o'brien*(x)%_\\=,+;#@truenorth.example 2001:db8::/64", 0, Start.AddMilliseconds(1500)),
            new(GuardEventKind.Clear, "login grün🔑", 0, Start.AddSeconds(2)),
        ];
        await Store.WriteAsync(events, Token);
        var read = await OpenAgain().ReadAsync(0, 100, Token);

        Assert.Equal(events, read.Select(stored => stored.Event));
        Assert.Equal(read.Select(stored => stored.Number).Order(), read.Select(stored => stored.Number));
        Assert.Equal(events[2..], (await Store.ReadAsync(read[1].Number, 100, Token)).Select(stored => stored.Event));
        Assert.Equal(events[..2], (await Store.ReadAsync(0, 2, Token)).Select(stored => stored.Event));
        Assert.Empty(await Store.ReadAsync(read[3].Number, 100, Token));
    }

    [Fact]
    public async Task Thousand_events_at_once_are_no_trouble()
    {
        await Store.WriteAsync([.. Enumerable.Range(0, 1000).Select(i => new GuardEvent(GuardEventKind.Guess, $"login user{i}", (ulong)i, Start))], Token);
        Assert.Equal(1000, (await Store.ReadAsync(0, 5000, Token)).Count);
    }

    [Fact]
    public async Task Old_guesses_are_forgotten_before_networks_and_numbers_are_never_used_again()
    {
        await Store.WriteAsync(
            [new(GuardEventKind.Known, "known old", 0, Start), new(GuardEventKind.Guess, "login old", 1, Start), new(GuardEventKind.Known, "known alice", 0, Start.AddDays(1)), new(GuardEventKind.Guess, "login alice", 2, Start.AddDays(2))],
            Token);
        var before = await Store.ReadAsync(0, 100, Token);
        await Store.ForgetAsync(Start.AddDays(2), Start.AddDays(1), Token);
        Assert.Equal(["known alice", "login alice"], (await Store.ReadAsync(0, 100, Token)).Select(stored => stored.Event.Key));

        await Store.ForgetAsync(Start.AddDays(9), Start.AddDays(9), Token);
        await Store.WriteAsync([new(GuardEventKind.Clear, "login alice", 0, Start.AddDays(9))], Token);
        Assert.True(Assert.Single(await Store.ReadAsync(0, 100, Token)).Number > before[^1].Number);
    }

    [Fact]
    public async Task Store_that_is_away_says_so()
    {
        await Store.ReadSecretAsync(Token);
        await StopAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.ReadSecretAsync(Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.ReadAsync(0, 1, Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.WriteAsync([new(GuardEventKind.Clear, "login alice", 0, Start)], Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.ForgetAsync(Start, Start, Token));
    }
}
