using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The contract of the ledger's store on a real PostgreSQL, with the rights of the daemon's role.</summary>
public sealed class PostgresDeliveryStoreTests(SharedPostgres postgres) : DeliveryStoreContract, IClassFixture<SharedPostgres>
{
    private PostgresSource? source;
    private NetworkLink? link;

    public override async ValueTask DisposeAsync()
    {
        if (source is not null) await source.DisposeAsync();
        if (link is not null) await link.DisposeAsync();
    }

    protected override async ValueTask<IDeliveryStore> StartAsync()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        source = new PostgresSource(PostgresSetup.OptionsOf(database, link.Endpoint), TimeProvider.System);
        return new PostgresDeliveryStore(source);
    }

    protected override async ValueTask StopAsync() => await link!.CutAsync();
}
