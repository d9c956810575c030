namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>What a notification says: something changed, look. A hint can be lost, doubled or late, and is never taken for the change itself.</summary>
/// <param name="Topic">What kind of thing: <c>blocks</c>, or the name of a table.</param>
/// <param name="Keys">Which of them; empty: any.</param>
public readonly record struct PostgresHint(string Topic, IReadOnlyList<string> Keys)
{
    /// <summary>The topic, then the keys, one on each line: what <c>policydaemon.announce</c> writes.</summary>
    internal static PostgresHint Parse(string payload)
    {
        var lines = payload.Split('\n');
        return new PostgresHint(lines[0], lines[1..]);
    }
}

/// <summary>Who keeps something of the database in memory. All calls come one after the other and must return at once.</summary>
public interface IPostgresSubscriber
{
    /// <summary>LISTEN is on. What changes from now on is announced; what changed before is not, so everything is to be read anew.</summary>
    void OnListening();

    void OnHint(PostgresHint hint);

    /// <summary>From now on changes happen unheard.</summary>
    void OnLost();
}
