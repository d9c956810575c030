using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>The contract of blocks on a database file; each opening is a database of its own, as another process has it.</summary>
public sealed class SqliteBlocksTests : BlocksContract
{
    private readonly TemporaryDirectory directory = new();
    private readonly Stack<IDisposable> opened = new();

    private string FilePath => directory.File("policydaemon.db");

    private string AwayPath => directory.File("away.db");

    public override ValueTask DisposeAsync()
    {
        while (opened.TryPop(out var disposable)) disposable.Dispose();
        directory.Dispose();
        return default;
    }

    protected override ValueTask<IBlocks> OpenAsync() => new(Open(TimeProvider.System));

    protected override ValueTask StopAsync()
    {
        File.Move(FilePath, AwayPath);
        return default;
    }

    protected override ValueTask ResumeAsync()
    {
        File.Move(AwayPath, FilePath);
        return default;
    }

    [Fact]
    public async Task Blocks_of_a_file_that_was_never_read_are_unavailable()
    {
        var database = SqliteDatabase.OpenOrCreate(FilePath);
        opened.Push(database);
        await StopAsync();
        using var blocks = new SqliteBlocks(database, TimeProvider.System);
        var answer = await blocks.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsUnavailable);
        Assert.Contains(FilePath, answer.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Block_that_expires_is_no_longer_listed_after_the_next_look()
    {
        var clock = new ManualClock();
        var blocks = Open(clock);
        await blocks.AddAsync(NewBlock(clock) with { ExpiresAt = clock.GetUtcNow().AddHours(1) }, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Single((await ReadAsync(blocks)).Value!.Blocks);
        clock.Advance(TimeSpan.FromMinutes(1) + SqliteBlocks.LookInterval);
        Assert.Empty((await ReadAsync(blocks)).Value!.Blocks);
    }

    [Fact]
    public async Task Age_is_zero_while_looks_succeed_and_counts_from_the_last_that_did()
    {
        var clock = new ManualClock();
        var blocks = Open(clock);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, (await ReadAsync(blocks)).Provenance.Age);
        await StopAsync();
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(TimeSpan.FromMinutes(10), (await ReadAsync(blocks)).Provenance.Age);
        await ResumeAsync();
        clock.Advance(SqliteBlocks.LookInterval);
        Assert.Equal(TimeSpan.Zero, (await ReadAsync(blocks)).Provenance.Age);
    }

    [Fact]
    public async Task Blocks_of_a_file_that_is_away_for_too_long_still_forbid_and_no_longer_permit()
    {
        var clock = new ManualClock();
        var blocks = Open(clock);
        await blocks.AddAsync(NewBlock(clock), TestContext.Current.CancellationToken);
        await StopAsync();
        clock.Advance(SqliteBlocks.StaleFor);
        Assert.True((await ReadAsync(blocks)).IsFound);

        clock.Advance(TimeSpan.FromSeconds(1));
        var answer = await ReadAsync(blocks);

        Assert.True(answer.IsUnavailable);
        Assert.NotNull(answer.Value!.Find(BlockSubject.Everyone, clock.GetUtcNow()));
    }

    [Fact]
    public async Task Block_of_a_hand_that_wrote_impossible_times_stands_until_it_is_taken_back()
    {
        var blocks = Open(TimeProvider.System);
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            connection.Execute("INSERT INTO blocks VALUES ('everyone', '', 'hold', 'night', 'hand', -9223372036854775807, 9223372036854775807)");
        }

        var seen = (await ReadAsync(Open(TimeProvider.System))).Value!.Find(BlockSubject.Everyone, TimeProvider.System.GetUtcNow());
        Assert.Equal((BlockAction.Hold, "hand"), (seen?.Action, seen?.Author));
        Assert.True(await blocks.RemoveAsync(BlockSubject.Everyone, TestContext.Current.CancellationToken));
    }

    private static ValueTask<Lookup<BlockSet>> ReadAsync(SqliteBlocks blocks) => blocks.ReadAsync(TestContext.Current.CancellationToken);

    private static Block NewBlock(TimeProvider time) => new()
    {
        Subject = BlockSubject.Everyone,
        Action = BlockAction.Reject,
        Reason = "spam",
        Author = "root",
        CreatedAt = time.GetUtcNow(),
    };

    private SqliteBlocks Open(TimeProvider time)
    {
        var database = SqliteDatabase.OpenOrCreate(FilePath);
        opened.Push(database);
        var blocks = new SqliteBlocks(database, time);
        opened.Push(blocks);
        return blocks;
    }
}
