using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The directory contract on a real slapd, which owns the people, and a real PostgreSQL with their mailboxes, when one of them goes away.</summary>
public abstract class CombinedSourcesContractTests(LdapAndPostgres servers) : DirectoryContract, IClassFixture<LdapAndPostgres>
{
    private LdapDirectory? ldap;
    private PostgresSource? source;

    protected NetworkLink LdapLine { get; private set; } = null!;

    protected NetworkLink PostgresLine { get; private set; } = null!;

    /// <summary>The one of the two lines that fails.</summary>
    protected abstract NetworkLink Failing { get; }

    protected override IReadOnlyList<string> SourceNames => ["ldap+postgres", "ldap", "postgres"];

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (ldap is not null) await ldap.DisposeAsync();
        if (source is not null) await source.DisposeAsync();
        await LdapLine.DisposeAsync();
        await PostgresLine.DisposeAsync();
    }

    /// <summary>The short name that LDAP gives.</summary>
    protected override string LoginOf(SeedAccount account) => account.Name;

    protected override async ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        await servers.LoadAsync(seed);
        LdapLine = NetworkLink.Start(servers.Root, servers.Slapd.Endpoint);
        PostgresLine = NetworkLink.Start(servers.Root, servers.Server.Endpoint);
        ldap = new LdapDirectory(servers.LdapOptions(LdapLine.Endpoint), Normalizer, TimeProvider.System);
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

/// <summary>LDAP goes away.</summary>
public sealed class CombinedSourcesWithoutLdapTests(LdapAndPostgres servers) : CombinedSourcesContractTests(servers)
{
    protected override NetworkLink Failing => LdapLine;
}

/// <summary>PostgreSQL goes away.</summary>
public sealed class CombinedSourcesWithoutPostgresTests(LdapAndPostgres servers) : CombinedSourcesContractTests(servers)
{
    protected override NetworkLink Failing => PostgresLine;
}
