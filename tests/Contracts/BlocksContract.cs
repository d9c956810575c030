using System.Diagnostics;
using PolicyDaemon.Engine.Blocks;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What every store of blocks must do.</summary>
public abstract class BlocksContract : IAsyncLifetime
{
    /// <summary>What another process changes is seen within a second; twice that is given to a busy machine.</summary>
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(2);

    private readonly DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    protected IBlocks Blocks { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Blocks = await OpenAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Whether an order given while the store is away is kept by the node and handed over later; else it is refused.</summary>
    protected virtual bool TakesOrdersWhileAway => false;

    /// <summary>The store as one more process opens it.</summary>
    protected abstract ValueTask<IBlocks> OpenAsync();

    /// <summary>Takes the store away.</summary>
    protected abstract ValueTask StopAsync();

    /// <summary>Ends what <see cref="StopAsync"/> began.</summary>
    protected abstract ValueTask ResumeAsync();

    [Fact]
    public async Task Empty_store_is_found_empty()
    {
        var answer = await ReadAsync();
        Assert.True(answer.IsEmpty);
        Assert.Empty(answer.Blocks);
    }

    [Theory]
    [InlineData(BlockScope.Login, "alice@truenorth.example", BlockAction.Reject)]
    [InlineData(BlockScope.Domain, "truenorth.example", BlockAction.Defer)]
    [InlineData(BlockScope.Everyone, "", BlockAction.Hold)]
    [InlineData(BlockScope.Login, "o'brien\"*)(uid=*%_;-- 名前", BlockAction.Reject)]
    public async Task Block_is_in_force_when_the_call_returns_and_is_kept_whole(BlockScope scope, string key, BlockAction action)
    {
        var block = NewBlock(scope, key) with { Action = action, Reason = "it's \"spam\"; 迷惑\nメール", Author = "root'--", ExpiresAt = now.AddHours(4) };
        await Blocks.AddAsync(block, TestContext.Current.CancellationToken);
        Assert.Equal(block, (await ReadAsync()).Find(block.Subject, now));
        Assert.Equal(block, (await ReadAsync(await OpenAsync())).Find(block.Subject, now));
    }

    [Fact]
    public async Task Later_block_of_a_subject_replaces_the_earlier()
    {
        var block = NewBlock(BlockScope.Login, "alice");
        await Blocks.AddAsync(block with { ExpiresAt = now.AddHours(1) }, TestContext.Current.CancellationToken);
        await Blocks.AddAsync(block with { Reason = "again" }, TestContext.Current.CancellationToken);
        Assert.Equal([block with { Reason = "again" }], (await ReadAsync()).Blocks);
        Assert.Equal([block with { Reason = "again" }], (await ReadAsync(await OpenAsync())).Blocks);
    }

    [Fact]
    public async Task Block_taken_back_is_gone_when_the_call_returns_and_only_once()
    {
        var block = NewBlock(BlockScope.Login, "alice");
        await Blocks.AddAsync(block, TestContext.Current.CancellationToken);
        await Blocks.AddAsync(NewBlock(BlockScope.Domain, "alice"), TestContext.Current.CancellationToken);
        Assert.True(await Blocks.RemoveAsync(block.Subject, TestContext.Current.CancellationToken));
        Assert.Null((await ReadAsync()).Find(block.Subject, now));
        Assert.NotNull((await ReadAsync()).Find(new BlockSubject(BlockScope.Domain, "alice"), now));
        Assert.False(await Blocks.RemoveAsync(block.Subject, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_another_process_changes_is_seen_within_a_second()
    {
        var other = await OpenAsync();
        var block = NewBlock(BlockScope.Login, "alice");
        await other.AddAsync(block, TestContext.Current.CancellationToken);
        await WaitUntilAsync(set => set.Find(block.Subject, now) is not null);
        await other.RemoveAsync(block.Subject, TestContext.Current.CancellationToken);
        await WaitUntilAsync(set => set.IsEmpty);
    }

    [Fact]
    public async Task Expired_block_is_not_in_force_not_listed_and_cannot_be_taken_back()
    {
        var block = NewBlock(BlockScope.Login, "alice") with { CreatedAt = now.AddHours(-2), ExpiresAt = now.AddHours(-1) };
        await Blocks.AddAsync(block, TestContext.Current.CancellationToken);
        Assert.Null((await ReadAsync()).Find(block.Subject, now));
        Assert.Empty((await ReadAsync()).Blocks);
        Assert.Empty((await ReadAsync(await OpenAsync())).Blocks);
        Assert.False(await Blocks.RemoveAsync(block.Subject, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Store_that_goes_away_leaves_the_last_known_blocks_in_force_with_a_growing_age()
    {
        var block = NewBlock(BlockScope.Login, "alice");
        await Blocks.AddAsync(block, TestContext.Current.CancellationToken);
        await StopAsync();
        var limit = Stopwatch.StartNew();
        var answer = await Blocks.ReadAsync(TestContext.Current.CancellationToken);
        while (answer.Provenance.Age == TimeSpan.Zero && limit.Elapsed < TimeSpan.FromSeconds(15))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            answer = await Blocks.ReadAsync(TestContext.Current.CancellationToken);
        }

        Assert.InRange(answer.Provenance.Age, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(block, answer.Value?.Find(block.Subject, now));
    }

    [Fact]
    public async Task Order_given_while_the_store_is_away_is_in_force_on_this_node_or_refused_and_changes_nothing()
    {
        await StopAsync();
        var block = NewBlock(BlockScope.Login, "alice");
        await OrderWhileAwayAsync(async () => await Blocks.AddAsync(block, TestContext.Current.CancellationToken));
        Assert.Equal(TakesOrdersWhileAway ? block : null, (await Blocks.ReadAsync(TestContext.Current.CancellationToken)).Value?.Find(block.Subject, now));
        await OrderWhileAwayAsync(async () => Assert.True(await Blocks.RemoveAsync(block.Subject, TestContext.Current.CancellationToken)));
        Assert.Null((await Blocks.ReadAsync(TestContext.Current.CancellationToken)).Value?.Find(block.Subject, now));
    }

    [Fact]
    public async Task Store_that_comes_back_takes_changes_again_by_itself()
    {
        await StopAsync();
        var block = NewBlock(BlockScope.Login, "alice");
        await OrderWhileAwayAsync(async () => await Blocks.AddAsync(block, TestContext.Current.CancellationToken));
        await ResumeAsync();
        await Blocks.AddAsync(block, TestContext.Current.CancellationToken);
        Assert.Equal(block, (await ReadAsync()).Find(block.Subject, now));
        await WaitUntilAsync(set => set.Find(block.Subject, now) is not null);
    }

    [Fact]
    public async Task Blocks_given_by_several_at_once_are_all_kept()
    {
        var others = new[] { Blocks, await OpenAsync(), await OpenAsync(), await OpenAsync() };
        await Task.WhenAll(others.SelectMany((store, writer) => Enumerable.Range(0, 25).Select(i =>
            store.AddAsync(NewBlock(BlockScope.Login, $"user{writer}.{i}"), TestContext.Current.CancellationToken).AsTask())));
        Assert.Equal(100, (await ReadAsync(await OpenAsync())).Blocks.Count);
        await WaitUntilAsync(set => set.Blocks.Count == 100);
    }

    [Fact]
    public async Task Cancelled_token_ends_a_question() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        async () => await Blocks.ReadAsync(new CancellationToken(canceled: true)));

    private Block NewBlock(BlockScope scope, string key) => new()
    {
        Subject = new BlockSubject(scope, key),
        Action = BlockAction.Reject,
        Reason = "spam",
        Author = "root",
        CreatedAt = now,
    };

    private async Task<BlockSet> ReadAsync(IBlocks? blocks = null)
    {
        var answer = await (blocks ?? Blocks).ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsFound, answer.Cause);
        return answer.Value;
    }

    private Task OrderWhileAwayAsync(Func<Task> order) =>
        TakesOrdersWhileAway ? order() : Assert.ThrowsAsync<StoreUnavailableException>(order);

    private async Task WaitUntilAsync(Func<BlockSet, bool> isTrue)
    {
        var limit = Stopwatch.StartNew();
        while (!isTrue(await ReadAsync()))
        {
            Assert.InRange(limit.Elapsed, TimeSpan.Zero, SeenWithin);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
