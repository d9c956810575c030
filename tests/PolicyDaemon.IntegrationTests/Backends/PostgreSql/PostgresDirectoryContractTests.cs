using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The directory contract on a real PostgreSQL, asked each time. The server goes away by the line to it.</summary>
public class PostgresDirectoryContractTests(SharedPostgres postgres) : MailboxTableContract, IClassFixture<SharedPostgres>
{
    private NetworkLink? link;
    private PostgresSource? source;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (source is not null) await source.DisposeAsync();
        if (link is not null) await link.DisposeAsync();
    }

    protected override async ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync("seeded", async empty =>
        {
            await PostgresSetup.MigrateAsync(empty);
            await MailboxSeed.LoadAsync(empty, seed);
        });
        link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        source = new PostgresSource(PostgresSetup.OptionsOf(database, link.Endpoint), TimeProvider.System);
        return new PostgresDirectory(source, new PostgresDirectoryOptions(), Normalizer);
    }

    protected override async ValueTask StopAsync() => await link!.CutAsync();

    protected override ValueTask HangAsync()
    {
        link!.Freeze();
        return default;
    }

    protected override async ValueTask ResumeAsync() => await link!.HealAsync();
}
