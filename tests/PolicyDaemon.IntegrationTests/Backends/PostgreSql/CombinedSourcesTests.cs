using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Backends.Ldap;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>A real slapd with the people and a real PostgreSQL with their mailboxes: the directory contract, when either goes away.</summary>
public abstract class CombinedSourcesContractTests(LdapAndPostgres servers) : DirectoryContract, IClassFixture<LdapAndPostgres>
{
    private LdapDirectory? ldap;
    private PostgresSource? source;

    protected NetworkLink? LdapLine { get; private set; }

    protected NetworkLink? PostgresLine { get; private set; }

    /// <summary>The one of the two lines that fails.</summary>
    protected abstract NetworkLink Failing { get; }

    /// <summary>Both sources together may take the time of one after the other.</summary>
    protected override TimeSpan TimeAllowed => TimeSpan.FromSeconds(8);

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (ldap is not null) await ldap.DisposeAsync();
        if (source is not null) await source.DisposeAsync();
        if (LdapLine is not null) await LdapLine.DisposeAsync();
        if (PostgresLine is not null) await PostgresLine.DisposeAsync();
    }

    /// <summary>People log in by the short name that LDAP gives them.</summary>
    protected override string LoginOf(SeedAccount account) => account.Name;

    protected override async ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        await servers.LoadAsync(seed);
        LdapLine = NetworkLink.Start(servers.Root, servers.LdapEndpoint);
        PostgresLine = NetworkLink.Start(servers.Root, servers.Postgres.Endpoint);
        ldap = new LdapDirectory(servers.LdapOptions(LdapLine), Normalizer, TimeProvider.System);
        source = new PostgresSource(PostgresSetup.OptionsOf(servers.Mailboxes, PostgresLine.Endpoint), TimeProvider.System);
        return new CombinedDirectory([ldap, new PostgresDirectory(source, new PostgresDirectoryOptions(), Normalizer)], identity: "ldap");
    }

    protected override async ValueTask StopAsync() => await Failing.CutAsync();

    protected override ValueTask HangAsync()
    {
        Failing.Freeze();
        return default;
    }

    protected override async ValueTask ResumeAsync() => await Failing.HealAsync();
}
