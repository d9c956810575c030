using PolicyDaemon.Containment;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Tests.Backends.Sqlite;
using PolicyDaemon.Tests.Daemon.Admin;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Containment;

public sealed class WaitingBlocksTests
{
    private static readonly BlockSubject Alice = new(BlockScope.Login, "alice");

    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly ManualClock clock = new();
    private readonly MemoryBlocks store = new();
    private readonly WaitingBlocks blocks;

    public WaitingBlocksTests() => blocks = new WaitingBlocks(store, clock);

    [Fact]
    public async Task Block_is_in_the_store_when_it_can_be()
    {
        Assert.True(await blocks.GiveAsync(BlockOf("rule"), Never));

        Assert.False(blocks.AreAnyWaiting);
        Assert.NotNull(await FindAsync(store));
    }

    [Fact]
    public async Task Block_is_in_force_at_once_while_the_store_is_away_and_there_when_it_is_back()
    {
        store.IsDown = true;
        Assert.False(await blocks.GiveAsync(BlockOf("rule"), Never));
        Assert.NotNull(await FindAsync(blocks));
        Assert.True((await blocks.ReadAsync(Never)).IsUnavailable);
        Assert.Empty(await blocks.HandOverAsync(Never));
        Assert.True(blocks.AreAnyWaiting);
        Assert.True(blocks.IsPending(Alice));

        store.IsDown = false;
        Assert.True((await blocks.ReadAsync(Never)).IsFound);
        Assert.Single(await blocks.HandOverAsync(Never));

        Assert.False(blocks.AreAnyWaiting);
        Assert.Equal("rule", (await FindAsync(store))!.Author);
    }

    [Fact]
    public async Task Block_that_the_store_keeps_for_later_does_not_wait_here_and_is_not_on_every_node()
    {
        store.AreOrdersPending = true;
        Assert.False(await blocks.GiveAsync(BlockOf("rule"), Never));

        Assert.False(blocks.AreAnyWaiting);
        Assert.True(blocks.IsPending(Alice));
        store.AreOrdersPending = false;
        Assert.False(blocks.IsPending(Alice));
    }

    [Fact]
    public async Task Block_that_waits_is_in_force_after_a_restart_and_what_was_taken_back_or_over_is_not()
    {
        using TemporaryDirectory directory = new();
        List<string> reports = [];
        var bob = new BlockSubject(BlockScope.Login, "bob");
        store.IsDown = true;
        await Open().GiveAsync(BlockOf("rule"), Never);
        await Open().GiveAsync(BlockOf("rule") with { Subject = bob }, Never);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.File("waiting.json")));

        Assert.NotNull(await FindAsync(Open()));
        Assert.True(await Open().RemoveAsync(bob, Never));
        Assert.Null((await Open().ReadAsync(Never)).Value?.Find(bob, clock.GetUtcNow()));

        store.IsDown = false;
        Assert.Equal(BlockOf("rule"), Assert.Single(await Open().HandOverAsync(Never)));
        Assert.False(Open().AreAnyWaiting);
        Assert.Empty(reports);

        WaitingBlocks Open() => new(store, clock, new WaitingBlocksFile(directory.File("waiting.json"), reports.Add));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("[{ \"Reason\": \"x\" }]")]
    [InlineData("""[{ "Subject": null, "Action": "Reject", "Reason": "", "Author": "", "CreatedAt": "2026-01-01T00:00:00Z" }]""")]
    [InlineData("""[{ "Subject": { "Scope": "Login", "Key": null }, "Action": "Reject", "Reason": "", "Author": "", "CreatedAt": "2026-01-01T00:00:00Z" }]""")]
    public async Task File_that_is_damaged_is_reported_and_the_next_block_replaces_it(string content)
    {
        using TemporaryDirectory directory = new();
        List<string> reports = [];
        var path = directory.File("waiting.json");
        await File.WriteAllTextAsync(path, content, Never);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        WaitingBlocks after = new(store, clock, new WaitingBlocksFile(path, reports.Add));
        Assert.Equal([$"cannot read {path}: it is damaged"], reports);
        Assert.False(after.AreAnyWaiting);
        store.IsDown = true;
        await after.GiveAsync(BlockOf("rule"), Never);

        Assert.True(new WaitingBlocks(store, clock, new WaitingBlocksFile(path, reports.Add)).AreAnyWaiting);
        Assert.Single(reports);
    }

    [Fact]
    public async Task Block_that_waits_can_be_taken_back_while_the_store_is_away()
    {
        store.IsDown = true;
        await blocks.GiveAsync(BlockOf("rule"), Never);

        Assert.True(await blocks.RemoveAsync(Alice, Never));

        Assert.Null(await FindAsync(blocks));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await blocks.RemoveAsync(Alice, Never));
    }

    [Fact]
    public async Task Block_that_was_given_meanwhile_is_not_replaced()
    {
        store.IsDown = true;
        await blocks.GiveAsync(BlockOf("rule"), Never);
        store.IsDown = false;
        await store.AddAsync(BlockOf("root"), Never);

        Assert.Empty(await blocks.HandOverAsync(Never));

        Assert.False(blocks.AreAnyWaiting);
        Assert.Equal("root", (await FindAsync(store))!.Author);
    }

    [Fact]
    public async Task Block_of_an_administrator_replaces_one_that_waits()
    {
        store.IsDown = true;
        await blocks.GiveAsync(BlockOf("rule"), Never);
        store.IsDown = false;

        await blocks.AddAsync(BlockOf("root"), Never);

        Assert.False(blocks.AreAnyWaiting);
        Assert.Equal("root", (await FindAsync(blocks))!.Author);
    }

    [Fact]
    public async Task Block_that_has_expired_while_it_waited_is_dropped()
    {
        store.IsDown = true;
        await blocks.GiveAsync(BlockOf("rule"), Never);
        store.IsDown = false;
        clock.Advance(TimeSpan.FromHours(2));

        Assert.Empty(await blocks.HandOverAsync(Never));

        Assert.False(blocks.AreAnyWaiting);
        Assert.Null(await FindAsync(store));
    }

    private Block BlockOf(string author) => new()
    {
        Subject = Alice, Action = BlockAction.Reject, Reason = "", Author = author, CreatedAt = clock.GetUtcNow(), ExpiresAt = clock.GetUtcNow() + TimeSpan.FromHours(1),
    };

    private async Task<Block?> FindAsync(IBlocks where) => (await where.ReadAsync(Never)).Value?.Find(Alice, clock.GetUtcNow());
}
