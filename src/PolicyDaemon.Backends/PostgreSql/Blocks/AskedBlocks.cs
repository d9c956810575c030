using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>
/// Blocks asked of PostgreSQL for each question, for a command's own process: nothing is kept, and the daemon's file is only read. While the database is
/// away that file says what was known last, and no order is taken: nobody would hand it over.
/// </summary>
public sealed class AskedBlocks(PostgresSource source, string file, TimeProvider time, string name = "postgres") : IBlocks
{
    public async ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            var rows = await source.Primary.RunAsync((connection, token) => PostgresBlockRows.ReadAsync(connection, now, token), cancellationToken);
            return Lookup<BlockSet>.Found(new BlockSet(rows), Provenance.Of(name, "blocks"));
        }
        catch (PostgresUnavailableException away)
        {
            return ReadFile(away.Message);
        }
    }

    public async ValueTask AddAsync(Block block, CancellationToken cancellationToken)
    {
        var storable = PostgresBlockRows.ToStorable(block);
        await OrderAsync(new BlockOrder(storable.Subject, storable, time.GetUtcNow()), cancellationToken);
    }

    public async ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken) =>
        await OrderAsync(new BlockOrder(PostgresBlockRows.ToStorable(subject), null, time.GetUtcNow()), cancellationToken);

    public bool IsPending(BlockSubject subject) => false;

    private async Task<bool> OrderAsync(BlockOrder order, CancellationToken cancellationToken)
    {
        try
        {
            return await source.Primary.RunAsync((connection, token) => PostgresBlockRows.PutAsync(connection, order, time.GetUtcNow(), token), cancellationToken);
        }
        catch (PostgresUnavailableException away)
        {
            throw new StoreUnavailableException(away.Message, away);
        }
    }

    private Lookup<BlockSet> ReadFile(string cause)
    {
        var now = time.GetUtcNow();
        var saved = BlockJournal.Open(new BlockFile(file), time, static _ => { });
        var set = new BlockSet(saved.Compose().Where(block => block.IsActiveAt(now)));
        if (saved.Heard is not { } heard) return Lookup<BlockSet>.Unavailable(cause, Provenance.Of(name, "blocks"), set);
        var aged = new Provenance(name, "blocks", time.GetElapsedTime(heard));
        return aged.Age <= PostgresBlocks.StaleFor ? Lookup<BlockSet>.Found(set, aged) : Lookup<BlockSet>.Unavailable(cause, aged, set);
    }
}
