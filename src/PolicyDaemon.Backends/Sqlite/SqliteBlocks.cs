using Microsoft.Data.Sqlite;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// Blocks kept in the database file and held in memory: reading them touches no file. What another process changes, a command beside
/// the daemon, is seen at the next look, every <see cref="LookInterval"/>.
/// </summary>
/// <remarks>
/// When the file cannot be read, the blocks last known stay in force, and their age tells since when; after <see cref="StaleFor"/> they serve
/// to forbid only, for the file may hold more. Expired blocks are deleted with
/// the next change.
/// </remarks>
public sealed class SqliteBlocks : IBlocks, IDisposable
{
    /// <summary>Between two looks at whether the file has changed.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How long what was read last tells also that there are no other blocks.</summary>
    public static readonly TimeSpan StaleFor = TimeSpan.FromHours(4);

    private readonly SqliteDatabase database;
    private readonly TimeProvider time;
    private readonly string name;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private SqliteReaderPool.Pooled? reader;
    private long? seenVersion;
    private long lookedAt;
    private volatile Known? known;
    private volatile string cause = "not read yet";
    private bool isDisposed;

    /// <summary>Reads the blocks once; when the file cannot be read, the looks go on until it can.</summary>
    public SqliteBlocks(SqliteDatabase database, TimeProvider time, string name = "sqlite")
    {
        (this.database, this.time, this.name) = (database, time, name);
        Look();
        timer = time.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    public ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Lookup<BlockSet>>(cancellationToken);
        if (known is not { } now) return new(Lookup<BlockSet>.Unavailable(cause, Provenance.Of(name, "blocks")));

        // One look may be late; after that the age is part of the answer.
        var age = time.GetElapsedTime(Volatile.Read(ref lookedAt));
        if (age <= 2 * LookInterval) return new(now.Answer);
        var aged = new Provenance(name, "blocks", age);
        return new(age <= StaleFor ? Lookup<BlockSet>.Found(now.Set, aged) : Lookup<BlockSet>.Unavailable(cause, aged, now.Set));
    }

    public async ValueTask AddAsync(Block block, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.WriteAsync(
            connection =>
            {
                SqliteBlockRows.DeleteExpired(connection, now);
                return SqliteBlockRows.Put(connection, block);
            },
            cancellationToken);
        Apply(blocks => blocks.Where(other => other.Subject != block.Subject).Append(block));
    }

    public async ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var removed = await database.WriteAsync(
            connection =>
            {
                SqliteBlockRows.DeleteExpired(connection, now);
                return SqliteBlockRows.Delete(connection, subject);
            },
            cancellationToken);
        Apply(blocks => blocks.Where(other => other.Subject != subject));
        return removed;
    }

    /// <remarks>What the file does not take, nobody has.</remarks>
    public bool IsPending(BlockSubject subject) => false;

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            isDisposed = true;
            LetGo(isBroken: false);
        }
    }

    /// <summary>
    /// Brings what is committed into memory at once. A look cannot come between: what it read before, it has also put there before.
    /// </summary>
    private void Apply(Func<IEnumerable<Block>, IEnumerable<Block>> change)
    {
        lock (gate)
        {
            if (known is { } before) Publish(change(before.Set.Blocks));
            else Look();
        }
    }

    private void Look()
    {
        lock (gate)
        {
            if (isDisposed) return;
            try
            {
                ReadChanges(Hold());
            }
            catch (Exception exception) when (exception is SqliteException or SqliteFileException)
            {
                cause = SqliteCause.Describe(exception, database.Path);
                LetGo(isBroken: true);
            }
        }
    }

    private void ReadChanges(SqliteReader current)
    {
        // The version first: what is committed between the two is then read again by the next look.
        var version = SqliteBlockRows.ReadVersion(current);
        if (known is { } before && version == seenVersion && !(before.NextExpiry <= time.GetUtcNow()))
        {
            Volatile.Write(ref lookedAt, time.GetTimestamp());
            return;
        }

        Publish(SqliteBlockRows.Read(current));
        seenVersion = version;
    }

    private void Publish(IEnumerable<Block> blocks)
    {
        var now = time.GetUtcNow();
        var set = new BlockSet(blocks.Where(block => block.IsActiveAt(now)));
        known = new Known(set, Lookup<BlockSet>.Found(set, Provenance.Of(name, "blocks")), set.Blocks.Min(block => block.ExpiresAt));
        Volatile.Write(ref lookedAt, time.GetTimestamp());
    }

    /// <summary>The reader kept for looking: SQLite tells a connection whether others have changed the file since it last asked.</summary>
    private SqliteReader Hold()
    {
        if (reader is { Reader.HasMoved: true }) LetGo(isBroken: true);
        reader ??= database.Readers.Rent();
        return reader.Reader;
    }

    private void LetGo(bool isBroken)
    {
        if (reader is null) return;
        reader.IsBroken = isBroken;
        reader.Dispose();
        reader = null;
        seenVersion = null;
    }

    /// <param name="Answer">What is given while the last look is recent: made once, not for every question.</param>
    private sealed record Known(BlockSet Set, Lookup<BlockSet> Answer, DateTimeOffset? NextExpiry);
}
