using Dapper;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>The guard's events in the database file, over a restart of the one node that there is.</summary>
public sealed class SqliteGuardStore(SqliteDatabase database) : IGuardStore
{
    public Task<byte[]> ReadSecretAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalar<byte[]>("SELECT secret FROM guard_secret")!, cancellationToken);

    public Task WriteAsync(IReadOnlyList<GuardEvent> events, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO guard_events (kind, subject, digest, at) VALUES (@kind, @subject, @digest, @at)",
            events.Select(seen => new
            {
                kind = GuardEventKinds.ToText(seen.Kind), subject = seen.Key, digest = unchecked((long)seen.Digest), at = seen.At.ToUnixTimeMilliseconds(),
            })),
        cancellationToken);

    public Task<IReadOnlyList<StoredGuardEvent>> ReadAsync(long after, int most, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<StoredGuardEvent>)
        [
            .. connection.Query<(long Id, string Kind, string Subject, long Digest, long At)>(
                    "SELECT id, kind, subject, digest, at FROM guard_events WHERE id > @after ORDER BY id LIMIT @most", new { after, most })
                .Select(row => new StoredGuardEvent(row.Id, new GuardEvent(
                    GuardEventKinds.Of(row.Kind), row.Subject, unchecked((ulong)row.Digest), DateTimeOffset.FromUnixTimeMilliseconds(row.At)))),
        ],
        cancellationToken);

    public Task ForgetAsync(DateTimeOffset guessesBefore, DateTimeOffset networksBefore, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "DELETE FROM guard_events WHERE at < @networks OR (at < @guesses AND kind <> 'known')",
            new { networks = networksBefore.ToUnixTimeMilliseconds(), guesses = guessesBefore.ToUnixTimeMilliseconds() }),
        cancellationToken);
}
