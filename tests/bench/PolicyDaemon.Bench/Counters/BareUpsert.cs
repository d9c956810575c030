using Npgsql;

namespace PolicyDaemon.Bench.Counters;

/// <summary>The barest statement that counts at all, once for each message, on as many connections as it has callers: no window, no limit, no memory.</summary>
internal sealed class BareUpsert(string connectionString) : ICounting
{
    private const int Connections = 64;

    private const string Upsert = "INSERT INTO bare AS b VALUES ($1, 1) ON CONFLICT (key) DO UPDATE SET n = b.n + 1 RETURNING n";

    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(
        $"{connectionString};Maximum Pool Size={Connections};Max Auto Prepare=10;Auto Prepare Min Usages=2;No Reset On Close=true;Timeout=30");

    public string Name => "bare upsert";

    public async Task<bool> CountAsync(CountingKeys keys, int login)
    {
        await using var command = source.CreateCommand(Upsert);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = CountingKeys.LoginOf(login) });
        return await command.ExecuteScalarAsync() is long;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
