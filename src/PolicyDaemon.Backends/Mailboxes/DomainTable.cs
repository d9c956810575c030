using System.Data.Common;
using Dapper;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>Changes the domains that are ours: <c>domain add|remove|set|list</c>.</summary>
/// <remarks>Every method may throw <see cref="StoreUnavailableException"/>: the store cannot be read or written now.</remarks>
public sealed class DomainTable(IMailboxStore store)
{
    public Task<MailboxResult> AddAsync(string name, bool isEnabled, CancellationToken cancellationToken) =>
        ChangeAsync(name, (connection, domain) => connection.Execute(
            "INSERT INTO virtual_domains (name, enabled) VALUES (@domain, @isEnabled) ON CONFLICT DO NOTHING", new { domain, isEnabled }) > 0
                ? MailboxResult.Done($"domain {domain} added")
                : MailboxResult.AlreadyExists($"domain {domain}"), cancellationToken);

    /// <summary>Removes a domain that is empty: what goes with it shall be said, not guessed.</summary>
    public Task<MailboxResult> RemoveAsync(string name, CancellationToken cancellationToken) => ChangeAsync(name, Remove, cancellationToken);

    public Task<MailboxResult> SetAsync(string name, DomainChange change, CancellationToken cancellationToken) =>
        change is { IsEnabled: null, Limits.Count: 0 } ? Task.FromResult(MailboxResult.Invalid("nothing to change: expected --enabled or --limit"))
        : ChangeRules.FindInvalid(change.Limits) is { } invalid ? Task.FromResult(invalid)
        : ChangeAsync(name, (connection, domain) => Set(connection, domain, change), cancellationToken);

    public Task<IReadOnlyList<MailDomain>> ListAsync(CancellationToken cancellationToken) => store.ReadAsync<IReadOnlyList<MailDomain>>(
        connection =>
        {
            var limits = store.Schema.DomainLimits.ReadAll(connection);
            var domains = connection.Query<MailDomain>(
                """
                SELECT name AS Name, coalesce(enabled, false) AS IsEnabled,
                    (SELECT count(*) FROM virtual_users WHERE domain_id = d.id) AS Accounts,
                    (SELECT count(DISTINCT source) FROM virtual_aliases WHERE domain_id = d.id) AS Aliases
                FROM virtual_domains d ORDER BY name
                """);
            return [.. domains.Select(domain => limits.GetValueOrDefault(store.Schema.DomainLimits.Prefix + domain.Name) is { } own ? domain with { Limits = own } : domain)];
        },
        cancellationToken);

    private MailboxResult Set(DbConnection connection, string domain, DomainChange change)
    {
        if (FindId(connection, domain) is null) return MailboxResult.NotFound($"domain {domain}");
        if (change.IsEnabled is { } isEnabled)
        {
            connection.Execute("UPDATE virtual_domains SET enabled = @isEnabled WHERE name = @domain", new { domain, isEnabled });
        }

        store.Schema.DomainLimits.Apply(connection, domain, change.Limits);
        return MailboxResult.Done($"domain {domain} {(change.Limits.Count > 0 ? "changed" : change.IsEnabled == true ? "enabled" : "disabled")}");
    }

    private MailboxResult Remove(DbConnection connection, string domain)
    {
        if (FindId(connection, domain) is not { } id) return MailboxResult.NotFound($"domain {domain}");
        var accounts = connection.ExecuteScalar<long>("SELECT count(*) FROM virtual_users WHERE domain_id = @id", new { id });
        var aliases = connection.ExecuteScalar<long>("SELECT count(*) FROM virtual_aliases WHERE domain_id = @id", new { id });
        if (accounts + aliases > 0)
        {
            return MailboxResult.NotEmpty($"domain {domain} still has accounts ({accounts}) or aliases ({aliases}); remove them first");
        }

        store.Schema.DomainLimits.Forget(connection, domain);
        connection.Execute("DELETE FROM virtual_domains WHERE id = @id", new { id });
        return MailboxResult.Done($"domain {domain} removed");
    }

    internal static long? FindId(DbConnection connection, string domain) =>
        connection.ExecuteScalar<long?>("SELECT id FROM virtual_domains WHERE name = @domain", new { domain });

    private Task<MailboxResult> ChangeAsync(
        string name, Func<DbConnection, string, MailboxResult> change, CancellationToken cancellationToken) =>
        MailboxNames.TryParseDomain(name, out var domain)
            ? store.WriteAsync(connection => change(connection, domain), cancellationToken)
            : Task.FromResult(MailboxResult.Invalid($"'{name}' is no domain name"));
}
