using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The guard store contract on a real PostgreSQL, with the rights of the daemon's role.</summary>
public sealed class PostgresGuardStoreTests(SharedPostgres postgres) : GuardStoreContract, IClassFixture<SharedPostgres>
{
    private readonly List<PostgresSource> opened = [];
    private PostgresDatabase? database;
    private NetworkLink? link;

    public override async ValueTask DisposeAsync()
    {
        foreach (PostgresSource source in opened) await source.DisposeAsync();
        if (link is not null) await link.DisposeAsync();
    }

    protected override async ValueTask<IGuardStore> StartAsync()
    {
        database = await postgres.Server.CreateMigratedAsync();
        link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        return OpenAgain();
    }

    protected override IGuardStore OpenAgain()
    {
        opened.Add(new PostgresSource(PostgresSetup.OptionsOf(database!, link!.Endpoint), TimeProvider.System));
        return new PostgresGuardStore(opened[^1]);
    }

    protected override async ValueTask StopAsync() => await link!.CutAsync();
}
