using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>Domains in PostgreSQL.</summary>
public sealed class PostgresDomainTableTests(SharedPostgres postgres) : DomainTableContract, IClassFixture<SharedPostgres>
{
    private readonly PostgresMailboxDatabase database = new(postgres);

    public override ValueTask DisposeAsync() => database.DisposeAsync();

    protected override ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync() => database.OpenAsync();
}

/// <summary>Accounts in PostgreSQL.</summary>
public sealed class PostgresAccountTableTests(SharedPostgres postgres) : AccountTableContract, IClassFixture<SharedPostgres>
{
    private readonly PostgresMailboxDatabase database = new(postgres);

    public override ValueTask DisposeAsync() => database.DisposeAsync();

    protected override ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync() => database.OpenAsync();
}

/// <summary>Aliases in PostgreSQL.</summary>
public sealed class PostgresAliasTableTests(SharedPostgres postgres) : AliasTableContract, IClassFixture<SharedPostgres>
{
    private readonly PostgresMailboxDatabase database = new(postgres);

    public override ValueTask DisposeAsync() => database.DisposeAsync();

    protected override ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync() => database.OpenAsync();
}

/// <summary>A database of its own, that the administrator changes and the daemon's role reads.</summary>
internal sealed class PostgresMailboxDatabase(SharedPostgres postgres) : IAsyncDisposable
{
    private PostgresMailboxes? store;
    private PostgresSource? source;

    public async ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        store = new PostgresMailboxes(PostgresSetup.AdministratorOf(database));
        source = new PostgresSource(PostgresSetup.OptionsOf(database), TimeProvider.System);
        return (store, new PostgresDirectory(source, new PostgresDirectoryOptions(), new AddressNormalizer("+")));
    }

    public async ValueTask DisposeAsync()
    {
        if (store is not null) await store.DisposeAsync();
        if (source is not null) await source.DisposeAsync();
    }
}
