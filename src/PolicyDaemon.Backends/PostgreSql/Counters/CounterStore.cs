using Npgsql;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// The counters' functions in PostgreSQL. Each call is one statement and one transaction, so that no lock is held while a node thinks, and
/// nothing needs a session of its own.
/// </summary>
/// <remarks>
/// A call may be made twice when a connection is lost under it: the charge ids and the sequence make the second do no harm. An answer is
/// given when the server has committed, for the reader is read to its end.
/// </remarks>
internal sealed class CounterStore(PostgresHosts primary, string node)
{
    private const int MaxAttempts = 4;

    private const string JoinCommand = """
        INSERT INTO policydaemon.nodes AS n (node, sequence, seen) VALUES ($1, 0, policydaemon.now_us())
        ON CONFLICT (node) DO UPDATE SET seen = excluded.seen RETURNING sequence
        """;

    private const string ChargeCommand = """
        SELECT missing, now, message, decisive, used, is_charged, slice_key, slice_last, slice_units
        FROM policydaemon.charge($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    private const string RecordCommand = "SELECT policydaemon.record_charges($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

    private const string RefundCommand = "SELECT policydaemon.refund($1, $2, $3, $4, $5, $6, $7, $8)";

    private const string FindCommand = "SELECT id, detail, left_out FROM policydaemon.charges WHERE id = ANY ($1)";

    // Stored is what counted when the key was last charged: never less than what counts now.
    private const string PeekCommand = """
        SELECT k.n::int, policydaemon.now_us(), c.past, c.slice, c.units
        FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS k(key, room, n) JOIN policydaemon.counters c ON c.key = k.key AND c.used > k.room
        """;

    // Locked in the order of the keys, as charges do.
    private const string ResetCommand = """
        DELETE FROM policydaemon.counters WHERE key IN (
            SELECT c.key FROM policydaemon.counters c WHERE c.key = ANY ($1::text[]) ORDER BY c.key FOR UPDATE)
        """;

    // As long as the oldest slice is in the window, what is stored is what counts.
    private const string HighCommand = """
        SELECT h.key, h.used FROM (
            SELECT c.key, c.amount, CASE WHEN t.now < c.leaves THEN c.used ELSE (policydaemon.rolled(c, c.slice_us, t.now)).used END AS used
            FROM policydaemon.counters c, (SELECT policydaemon.now_us() AS now) t WHERE c.is_high OFFSET 0) h
        WHERE h.used > h.amount / 2 LIMIT $1
        """;

    private const string NodesCommand = "SELECT count(*)::int FROM policydaemon.nodes WHERE seen > policydaemon.now_us() - $1";

    private const int MaxHighKeys = 100_000;

    /// <returns>The sequence up to which this node's charges are in the store.</returns>
    public Task<long> JoinAsync(CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var command = Command(connection, JoinCommand, node);
            return (long)(await command.ExecuteScalarAsync(token))!;
        },
        cancellationToken);

    /// <returns>Answers in the order of the messages; or what is missing.</returns>
    public Task<JudgedMessages> ChargeAsync(long after, long sequence, IReadOnlyList<CountMessage> messages, CancellationToken cancellationToken)
    {
        var keys = new ChargeKeys([.. messages.Select(message => message.Charges)]);
        return RunAsync(
            async (connection, token) =>
            {
                await using var command = Command(connection, ChargeCommand, node);
                Add(command, after, sequence);
                Add(command, messages.Select(message => message.Id).ToArray(), messages.Select(message => message.WriteDetail()).ToArray(), keys.Firsts);
                Add(command, keys.Keys, keys.Lengths, keys.Totals);
                Add(command, keys.Least, keys.Key, keys.Units);
                Add(command, keys.Limits, keys.Soft);
                await using var reader = await command.ExecuteReaderAsync(token);
                await reader.ReadAsync(token);
                var judged = JudgedMessages.Read(reader, messages, keys);
                await reader.NextResultAsync(token);
                return judged;
            },
            cancellationToken);
    }

    /// <summary>Counts what was charged elsewhere, whether it fits or not.</summary>
    /// <param name="ages">How long ago each was charged.</param>
    /// <returns>Null, or up to what sequence this node's charges are in the store.</returns>
    public Task<long?> RecordAsync(long after, long sequence, IReadOnlyList<CountMessage> messages, IReadOnlyList<TimeSpan> ages, CancellationToken cancellationToken)
    {
        var keys = new ChargeKeys([.. messages.Select(message => message.Charges)]);
        return RunAsync(
            async (connection, token) =>
            {
                await using var command = Command(connection, RecordCommand, node);
                Add(command, after, sequence);
                Add(command, messages.Select(message => message.Id).ToArray(), messages.Select(message => message.WriteDetail()).ToArray(), keys.Firsts);
                Add(command, ages.Select(age => (long)age.TotalMicroseconds).ToArray(), keys.Keys, keys.Lengths);
                Add(command, keys.Least, keys.Key, keys.Units);
                return await command.ExecuteScalarAsync(token) as long?;
            },
            cancellationToken);
    }

    /// <returns>Null, or up to what sequence this node's charges are in the store.</returns>
    public Task<long?> RefundAsync(long after, long sequence, Guid[] ids, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            var (found, charges) = await FindAsync(connection, ids, token);
            var keys = new ChargeKeys(charges);
            await using var command = Command(connection, RefundCommand, node);
            Add(command, after, sequence);
            Add(command, found, keys.Keys);
            Add(command, charges.SelectMany((of, i) => of.Select(_ => i + 1)).ToArray(), keys.Key, keys.Units);
            return await command.ExecuteScalarAsync(token) as long?;
        },
        cancellationToken);

    /// <summary>What is counted for keys of which more may be used than there is room beside.</summary>
    /// <param name="rooms">For each key, what may be used without any need to know.</param>
    public Task<SeenCounters> PeekAsync(string[] keys, long[] rooms, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(PeekCommand, connection);
            Add(command, keys, rooms);
            var seen = new SeenCounters();
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                seen.Now = reader.GetInt64(1);
                var past = await reader.GetFieldValueAsync<long[]>(2, token);
                var slices = past.Chunk(2).Select(pair => (pair[0], pair[1])).Append((reader.GetInt64(3), reader.GetInt64(4))).ToList();
                seen.Slices[keys[reader.GetInt32(0) - 1]] = new StoredSlices(slices);
            }

            return seen;
        },
        cancellationToken);

    /// <summary>Which keys are above half of their limit.</summary>
    public Task<ShareReading> ReadHighAsync(DateTimeOffset at, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var command = Command(connection, HighCommand, MaxHighKeys + 1);
            await using var reader = await command.ExecuteReaderAsync(token);
            var known = new Dictionary<string, long>(StringComparer.Ordinal);
            while (await reader.ReadAsync(token)) known[reader.GetString(0)] = reader.GetInt64(1);
            return new ShareReading(at, known.Count <= MaxHighKeys, known);
        },
        cancellationToken);

    public Task<int> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var command = Command(connection, ResetCommand, keys.Select(StoredKey.Of).ToArray());
            return await command.ExecuteNonQueryAsync(token);
        },
        cancellationToken);

    /// <returns>Where to go on; null: at the end. And how many were deleted.</returns>
    public Task<(string? Next, long Deleted)> SweepAsync(string after, int rows, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var command = Command(connection, "SELECT next, deleted FROM policydaemon.sweep_counters($1, $2)", after);
            Add(command, rows);
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return (await reader.IsDBNullAsync(0, token) ? null : reader.GetString(0), reader.GetInt64(1));
        },
        cancellationToken);

    /// <returns>How many nodes have charged here, or begun to, not longer ago than this.</returns>
    public Task<int> CountNodesAsync(TimeSpan within, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var command = Command(connection, NodesCommand, (long)within.TotalMicroseconds);
            return (int)(await command.ExecuteScalarAsync(token))!;
        },
        cancellationToken);

    public Task<bool> EmptyOldestChargesAsync(CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("SELECT policydaemon.empty_oldest_charges()", connection);
            return await command.ExecuteScalarAsync(token) is true;
        },
        cancellationToken);

    /// <summary>What was charged under these ids, without what was left out.</summary>
    private static async Task<(Guid[] Found, IReadOnlyList<Charge>[] Charges)> FindAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, FindCommand, ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (found, charges) = (new List<Guid>(), new List<IReadOnlyList<Charge>>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var leftOut = await reader.IsDBNullAsync(2, cancellationToken) ? [] : await reader.GetFieldValueAsync<short[]>(2, cancellationToken);
            found.Add(reader.GetGuid(0));
            charges.Add([.. (ChargeDetail.TryRead((byte[])reader[1]) ?? []).Where((_, i) => !leftOut.Contains((short)i))]);
        }

        return ([.. found], [.. charges]);
    }

    /// <summary>Two nodes may make or delete a counter at one moment; the second then tries again.</summary>
    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await primary.RunAsync(call, cancellationToken);
            }
            catch (PostgresUnavailableException failure) when (attempt < MaxAttempts && failure.InnerException is PostgresException { IsTransient: true, SqlState: "40001" or "40P01" })
            {
                continue;
            }
        }
    }

    private static NpgsqlCommand Command<T>(NpgsqlConnection connection, string text, T first)
    {
        var command = new NpgsqlCommand(text, connection);
        Add(command, first);
        return command;
    }

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private static void Add<T1, T2>(NpgsqlCommand command, T1 first, T2 second)
    {
        Add(command, first);
        Add(command, second);
    }

    private static void Add<T1, T2, T3>(NpgsqlCommand command, T1 first, T2 second, T3 third)
    {
        Add(command, first, second);
        Add(command, third);
    }
}
