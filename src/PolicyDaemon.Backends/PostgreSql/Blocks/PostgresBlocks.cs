using System.Threading.Channels;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>
/// Blocks in PostgreSQL, all of them in memory, the same on every node a moment after one was given. While the database is away, the last known ones stay
/// in force, also over a restart; an order given meanwhile acts on this node at once, is kept in a file, and is merged later: of two orders about a subject
/// the later counts, whether it gives or takes back.
/// </summary>
public sealed class PostgresBlocks : IBlocks, IPostgresSubscriber, IAsyncDisposable
{
    /// <summary>How often everything is read though nothing was heard of.</summary>
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(45);

    /// <summary>The same while changes are not heard of.</summary>
    internal static readonly TimeSpan DeafPollInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    /// <summary>How long what was read last tells also that there are no other blocks.</summary>
    public static readonly TimeSpan StaleFor = TimeSpan.FromHours(4);

    private readonly PostgresSource source;
    private readonly PostgresListener listener;
    private readonly BlockJournal journal;
    private readonly TimeProvider time;
    private readonly string name;
    private readonly SemaphoreSlim turn = new(1);
    private readonly Channel<bool> looks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource closing = new();
    private Task following = Task.CompletedTask;
    private volatile KnownBlocks known;
    private volatile string? cause = "not read yet";
    private volatile Loss? loss;

    private PostgresBlocks(PostgresSource source, PostgresListener listener, BlockJournal journal, TimeProvider time, string name)
    {
        (this.source, this.listener, this.journal, this.time, this.name) = (source, listener, journal, time, name);
        known = Know(epoch: 0, journal.Heard);
    }

    /// <param name="file">Where the last known blocks and the pending orders are kept; its directory must exist.</param>
    /// <param name="report">Told, in one private sentence, when the file cannot be used.</param>
    /// <returns>When the blocks were read, or the attempt has failed. The listener is to be started after this.</returns>
    public static async Task<PostgresBlocks> OpenAsync(
        PostgresSource source, PostgresListener listener, string file, TimeProvider time, Action<string>? report = null, string name = "postgres")
    {
        var blocks = new PostgresBlocks(source, listener, BlockJournal.Open(new BlockFile(file), time, report ?? (static _ => { })), time, name);
        listener.Subscribe(blocks);
        await blocks.LookAsync();
        blocks.following = Task.Run(blocks.FollowAsync);
        return blocks;
    }

    public PostgresBlocksStatus Status => new(IsLive(known), journal.PendingCount, IsLive(known) && journal.PendingCount == 0 ? null : cause ?? listener.State.Cause);

    public ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Lookup<BlockSet>>(cancellationToken);
        var now = known;
        if (IsLive(now)) return new(now.Answer);
        if (now.Heard is not { } heard) return new(Lookup<BlockSet>.Unavailable(cause ?? "not read yet", Provenance.Of(name, "blocks"), now.Set));

        // Until the listener was lost, it was as new as the database, however long before it was read.
        var age = time.GetElapsedTime(loss is { } lost && lost.Epoch == now.Epoch ? Math.Max(heard, lost.Heard) : heard);
        var aged = new Provenance(name, "blocks", age);
        return new(age <= StaleFor ? Lookup<BlockSet>.Found(now.Set, aged) : Lookup<BlockSet>.Unavailable(cause ?? "not read for too long", aged, now.Set));
    }

    public async ValueTask AddAsync(Block block, CancellationToken cancellationToken)
    {
        var storable = PostgresBlockRows.ToStorable(block);
        await OrderAsync(new BlockOrder(storable.Subject, storable, time.GetUtcNow()), cancellationToken);
    }

    public async ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken) =>
        await OrderAsync(new BlockOrder(PostgresBlockRows.ToStorable(subject), null, time.GetUtcNow()), cancellationToken);

    public bool IsPending(BlockSubject subject) => journal.IsPending(PostgresBlockRows.ToStorable(subject));

    void IPostgresSubscriber.OnListening() => looks.Writer.TryWrite(true);

    void IPostgresSubscriber.OnHint(PostgresHint hint)
    {
        if (hint.Topic == "blocks") looks.Writer.TryWrite(true);
    }

    void IPostgresSubscriber.OnLost()
    {
        loss = new Loss(listener.Epoch - 1, listener.LastHeard);
        looks.Writer.TryWrite(true);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await following;
    }

    /// <summary>Whether nothing can have happened unheard since this was read.</summary>
    private bool IsLive(KnownBlocks now) => now.Epoch == listener.Epoch && listener.IsListening;

    /// <returns>Whether a block of this subject was in force before.</returns>
    private async Task<bool> OrderAsync(BlockOrder order, CancellationToken cancellationToken)
    {
        // One after the other, reads too: what is read is never older than what was ordered.
        await turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var wasThere = known.Set.Find(order.Subject, now) is not null;
            try
            {
                wasThere |= await source.Primary.RunAsync((connection, token) => PostgresBlockRows.PutAsync(connection, order, now, token), cancellationToken);
                journal.Store(order);
            }
            catch (PostgresUnavailableException away)
            {
                cause = away.Message;
                if (journal.Keep(order) is { } failure) throw new StoreUnavailableException($"{away.Message}; {failure}", away);
            }

            known = Know(known.Epoch, known.Heard);
            return wasThere;
        }
        catch (OperationCanceledException)
        {
            // It may have been done all the same.
            looks.Writer.TryWrite(true);
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                await using (time.CreateTimer(_ => looks.Writer.TryWrite(true), null, Pause(), Timeout.InfiniteTimeSpan))
                {
                    await looks.Reader.ReadAsync(closing.Token);
                }

                await LookAsync();
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    /// <summary>Until the next look that nobody asks for. A block that expires is taken from the list when it does.</summary>
    private TimeSpan Pause()
    {
        var now = known;
        var poll = IsLive(now) ? PollInterval : DeafPollInterval;
        var expiry = now.Set.Blocks.Min(block => block.ExpiresAt) - time.GetUtcNow();
        return expiry < poll ? TimeSpan.FromTicks(Math.Max(expiry.Value.Ticks, Soon.Ticks)) : poll;
    }

    private async Task LookAsync()
    {
        await turn.WaitAsync(closing.Token);
        try
        {
            // Before the read: what changes during it is heard of.
            var epoch = listener.Epoch;
            await HandOverAsync();
            var now = time.GetUtcNow();
            var rows = await source.Primary.RunAsync((connection, token) => PostgresBlockRows.ReadAsync(connection, now, token), closing.Token);
            journal.Replace(rows, now);
            if (journal.PendingCount == 0) cause = null;
            known = Know(epoch, time.GetTimestamp());
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever it was: an exception that ended the looking would leave this node with what it knows now.
            cause = PostgresCause.Describe(failure);
            known = Know(known.Epoch, known.Heard);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Each order by itself: one that the database refuses does not hold up the others, and acts on this node only.</summary>
    private async Task HandOverAsync()
    {
        if (journal.PendingCount == 0) return;
        var clock = await source.Primary.RunAsync(PostgresBlockRows.ReadClockAsync, closing.Token);
        journal.Stamp(new DateTimeOffset(clock.ToUniversalTime()), time.GetUtcNow());
        foreach (var order in journal.Pending)
        {
            try
            {
                await source.Primary.RunAsync((connection, token) => PostgresBlockRows.MergeAsync(connection, order, token), closing.Token);
                journal.HandOver(order);
            }
            catch (PostgresUnavailableException refused) when (refused.IsRefusedStatement)
            {
                cause = refused.Message;
            }
        }
    }

    private KnownBlocks Know(long epoch, long? heard)
    {
        var now = time.GetUtcNow();
        var set = new BlockSet(journal.Compose().Where(block => block.IsActiveAt(now)));
        return new KnownBlocks(set, epoch, heard, Lookup<BlockSet>.Found(set, Provenance.Of(name, "blocks")));
    }

    /// <param name="Epoch">The listener's that ended.</param>
    /// <param name="Heard">When the database had last said anything then, as the clock's timestamp.</param>
    private sealed record Loss(long Epoch, long Heard);
}
