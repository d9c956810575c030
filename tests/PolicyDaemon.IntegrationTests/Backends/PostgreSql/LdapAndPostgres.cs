using System.Net;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Contracts;
using PolicyDaemon.IntegrationTests.Backends.Ldap;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>A slapd with the people of a seed and everything that is said of them, and a PostgreSQL with a mailbox for each and nothing said.</summary>
public sealed class LdapAndPostgres : SharedPostgres
{
    private Task? loaded;

    internal SlapdServer Slapd { get; private set; } = null!;

    internal PostgresDatabase Mailboxes { get; private set; } = null!;

    internal Task LoadAsync(DirectorySeed seed) => loaded ??= FillAsync(seed);

    /// <summary>How the daemon's role asks LDAP, by way of a line.</summary>
    internal LdapOptions LdapOptions(IPEndPoint endpoint) =>
        SlapdAccess.Options(Root, Slapd) with { Urls = [SlapdAccess.Url($"ldap://{endpoint}")], Attributes = SlapdAccess.PlainAttributes };

    private async Task FillAsync(DirectorySeed seed)
    {
        Slapd = await SlapdServer.StartAsync(Root, new SlapdOptions { Seed = $"{SeedLdif.EmptyTree}\n{SeedLdif.Write(seed)}" });
        Mailboxes = await Server.CreateMigratedAsync();
        await MailboxSeed.LoadAsync(Mailboxes, seed with { Accounts = [.. seed.Accounts.Select(account => new SeedAccount(account.Name, account.MainAddress))] });
    }
}
