using System.Text;
using Dapper;
using Npgsql;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The guard's events in <c>policydaemon.guard_events</c>, for all nodes.</summary>
/// <param name="source">Not disposed here.</param>
public sealed class PostgresGuardStore(PostgresSource source) : IGuardStore
{
    /// <summary>As one statement, which is all or nothing. Written twice, when the answer was lost, an event says the same twice.</summary>
    private const string Insert = """
        INSERT INTO policydaemon.guard_events (kind, subject, digest, at)
        SELECT * FROM unnest(@kinds::text[], @subjects::text[], @digests::bigint[], @times::timestamptz[])
        """;

    private const string Select = "SELECT id, kind, subject, digest, at FROM policydaemon.guard_events WHERE id > @after ORDER BY id LIMIT @most";

    private const string Forget = "DELETE FROM policydaemon.guard_events WHERE at < @networks OR (at < @guesses AND kind <> 'known')";

    public Task<byte[]> ReadSecretAsync(CancellationToken cancellationToken) => RunAsync(
        async (connection, token) => await connection.ExecuteScalarAsync<byte[]>(new CommandDefinition("SELECT secret FROM policydaemon.guard_secret", cancellationToken: token))
            ?? throw new StoreUnavailableException("policydaemon.guard_secret is empty"),
        cancellationToken);

    public Task WriteAsync(IReadOnlyList<GuardEvent> events, CancellationToken cancellationToken)
    {
        var values = new
        {
            kinds = events.Select(seen => GuardEventKinds.ToText(seen.Kind)).ToArray(),
            subjects = events.Select(seen => Storable(seen.Key)).ToArray(),
            digests = events.Select(seen => unchecked((long)seen.Digest)).ToArray(),
            times = events.Select(seen => seen.At.UtcDateTime).ToArray(),
        };
        return RunAsync((connection, token) => connection.ExecuteAsync(new CommandDefinition(Insert, values, cancellationToken: token)), cancellationToken);
    }

    public Task<IReadOnlyList<StoredGuardEvent>> ReadAsync(long after, int most, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            var rows = await connection.QueryAsync<Row>(new CommandDefinition(Select, new { after, most }, cancellationToken: token));
            return (IReadOnlyList<StoredGuardEvent>)[.. rows.Select(row => row.ToEvent())];
        },
        cancellationToken);

    public Task ForgetAsync(DateTimeOffset guessesBefore, DateTimeOffset networksBefore, CancellationToken cancellationToken) => RunAsync(
        (connection, token) => connection.ExecuteAsync(
            new CommandDefinition(Forget, new { networks = networksBefore.UtcDateTime, guesses = guessesBefore.UtcDateTime }, cancellationToken: token)),
        cancellationToken);

    /// <summary>With U+FFFD for what is no Unicode.</summary>
    private static string Storable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await source.Primary.RunAsync(work, cancellationToken);
        }
        catch (PostgresUnavailableException exception)
        {
            throw new StoreUnavailableException(exception.Message, exception);
        }
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public string Kind { get; init; } = "";

        public string Subject { get; init; } = "";

        public long Digest { get; init; }

        public DateTime At { get; init; }

        internal StoredGuardEvent ToEvent() => new(
            Id, new GuardEvent(GuardEventKinds.Of(Kind), Subject, unchecked((ulong)Digest), new DateTimeOffset(DateTime.SpecifyKind(At, DateTimeKind.Utc))));
    }
}
