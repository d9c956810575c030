using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// The connections, and what Npgsql believes of each host. It believes it for some time, and what was a primary or was dead a second ago may not be so
/// now; so after a failure both are thrown away together.
/// </summary>
internal sealed class PostgresPool(Func<NpgsqlMultiHostDataSource> build) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private volatile NpgsqlMultiHostDataSource current = build();

    internal NpgsqlMultiHostDataSource Current => current;

    /// <summary>Begins anew, unless somebody has done so since <paramref name="failed"/> was taken.</summary>
    internal void Renew(NpgsqlMultiHostDataSource failed)
    {
        lock (gate)
        {
            if (current != failed) return;
            current = build();
        }

        // Connections in use are closed when they come back.
        failed.Dispose();
    }

    public ValueTask DisposeAsync() => current.DisposeAsync();
}
