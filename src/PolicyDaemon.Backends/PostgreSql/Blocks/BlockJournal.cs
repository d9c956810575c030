using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>What the database said last, and the orders that it does not have yet; both in one file. Not for several threads at once, but for what is asked about the pending ones.</summary>
internal sealed class BlockJournal
{
    private readonly BlockFile file;
    private readonly Action<string> report;
    private readonly Dictionary<BlockSubject, Block> stored = [];
    private readonly Dictionary<BlockSubject, BlockOrder> pending = [];

    /// <summary>Of the pending ones, those that the database has now; they go when it has said what came of them.</summary>
    private readonly HashSet<BlockSubject> handedOver = [];

    private DateTimeOffset? heard;
    private string? said;
    private volatile HashSet<BlockSubject> pendingSubjects;

    private BlockJournal(BlockFile file, SavedBlocks saved, Action<string> report)
    {
        (this.file, this.report, heard) = (file, report, saved.Heard);
        foreach (var block in saved.Blocks) stored[block.Subject] = block;
        foreach (var order in saved.Pending) pending[order.Subject] = order;
        pendingSubjects = [.. pending.Keys];
    }

    public int PendingCount => pendingSubjects.Count;

    public IReadOnlyList<BlockOrder> Pending => [.. pending.Values];

    /// <summary>When the database last said what is stored, as the clock's timestamp; null: never.</summary>
    public long? Heard { get; private set; }

    public static BlockJournal Open(BlockFile file, TimeProvider time, Action<string> report)
    {
        var saved = file.Read(out var fault);
        if (fault is not null) report($"the saved blocks are not used: {fault}");
        var age = time.GetUtcNow() - saved.Heard;

        // A time in the future says nothing about the age: then it is too old to be sure of.
        var certain = age >= TimeSpan.Zero ? age : PostgresBlocks.StaleFor + TimeSpan.FromSeconds(1);
        return new BlockJournal(file, saved, report)
        {
            Heard = saved.Heard is null ? null : time.GetTimestamp() - (long)(certain!.Value.TotalSeconds * time.TimestampFrequency),
        };
    }

    public bool IsPending(BlockSubject subject) => pendingSubjects.Contains(subject);

    /// <summary>What is in force on this node: as stored, and over it what is pending.</summary>
    public IEnumerable<Block> Compose() => stored.Values.Where(block => !pending.ContainsKey(block.Subject))
        .Concat(pending.Values.Select(order => order.Given).OfType<Block>());

    /// <summary>The database has this order. An older one that it did not have is void.</summary>
    public void Store(BlockOrder order)
    {
        if (order.Given is { } block) stored[order.Subject] = block;
        else stored.Remove(order.Subject);
        Settle(order.Subject);
        Save();
    }

    /// <summary>The database is to get this order later.</summary>
    /// <returns>Null, or why it could not be kept; then nothing has changed.</returns>
    public string? Keep(BlockOrder order)
    {
        var before = pending.GetValueOrDefault(order.Subject);
        pending[order.Subject] = order;
        handedOver.Remove(order.Subject);
        if (file.Write(Content()) is { } failure)
        {
            if (before is null) pending.Remove(order.Subject);
            else pending[order.Subject] = before;
            return failure;
        }

        pendingSubjects = [.. pending.Keys];
        return null;
    }

    /// <summary>Notes for each pending order when it was given by the database's clock: as long ago as by ours, and never in the future.</summary>
    /// <param name="storeNow">What the database's clock shows now.</param>
    /// <param name="now">What ours shows.</param>
    public void Stamp(DateTimeOffset storeNow, DateTimeOffset now)
    {
        foreach (var order in Pending.Where(order => order.StoreTime is null))
        {
            var age = now > order.OrderedAt ? now - order.OrderedAt : TimeSpan.Zero;
            pending[order.Subject] = order with { StoreTime = storeNow - age };
        }

        Save();
    }

    /// <summary>The database has taken this order, or has a later one. It stays in force here until <see cref="Replace"/> says what came of it.</summary>
    public void HandOver(BlockOrder order) => handedOver.Add(order.Subject);

    /// <summary>What the database has, all of it.</summary>
    public void Replace(IEnumerable<Block> blocks, DateTimeOffset now)
    {
        stored.Clear();
        foreach (var block in blocks) stored[block.Subject] = block;
        foreach (var subject in handedOver.ToList()) Settle(subject);
        heard = now;
        Save();
    }

    private void Settle(BlockSubject subject)
    {
        pending.Remove(subject);
        handedOver.Remove(subject);
        pendingSubjects = [.. pending.Keys];
    }

    /// <summary>A file that cannot be written is said once, until it can.</summary>
    private void Save()
    {
        var fault = file.Write(Content());
        if (fault is not null && fault != said) report(fault);
        said = fault;
    }

    private SavedBlocks Content() => new(SavedBlocks.CurrentVersion, heard, [.. stored.Values], [.. pending.Values]);
}
