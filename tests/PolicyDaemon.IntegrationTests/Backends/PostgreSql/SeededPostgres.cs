using PolicyDaemon.Contracts;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>A server with one database that holds a seed, for tests that only read it.</summary>
public class SeededPostgres : SharedPostgres
{
    private Task<PostgresDatabase>? seeded;

    internal Task<PostgresDatabase> LoadAsync(DirectorySeed seed) => seeded ??= FillAsync(seed);

    private async Task<PostgresDatabase> FillAsync(DirectorySeed seed)
    {
        PostgresDatabase database = await Server.CreateMigratedAsync();
        await MailboxSeed.LoadAsync(database, seed);
        return database;
    }
}

/// <summary>The same with Debian 13's PostgreSQL 17.</summary>
public sealed class SeededPostgresOfTrixie : SeededPostgres
{
    protected override Task<DebianSystem> FindSystemAsync() => DebianSystem.GetTrixieAsync();
}
