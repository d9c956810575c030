using System.Data.Common;
using Dapper;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>
/// Changes aliases: <c>alias add|remove|set|list</c>. A source is an address, or <c>@domain</c> for the catch-all, of a domain of ours.
/// </summary>
/// <remarks>Every method may throw <see cref="StoreUnavailableException"/>: the store cannot be read or written now.</remarks>
public sealed class AliasTable(IMailboxStore store)
{
    public Task<MailboxResult> AddAsync(string source, string destination, CancellationToken cancellationToken) =>
        ChangeAsync(source, [destination], Add, cancellationToken);

    /// <summary>Replaces all destinations of a source that exists.</summary>
    public Task<MailboxResult> SetAsync(string source, IReadOnlyList<string> destinations, CancellationToken cancellationToken) =>
        destinations.Count == 0
            ? Task.FromResult(MailboxResult.Invalid("an alias needs a destination; to end it, remove it"))
            : ChangeAsync(source, destinations, Set, cancellationToken);

    /// <summary>Removes one destination, or, without one, the whole alias.</summary>
    public Task<MailboxResult> RemoveAsync(string source, string? destination, CancellationToken cancellationToken) =>
        ChangeAsync(source, destination is null ? [] : [destination], Remove, cancellationToken);

    /// <summary>Changes who may write to an alias; for an account's own address, see <see cref="AccountChange.AllowedSenders"/>.</summary>
    public Task<MailboxResult> SetAllowedSendersAsync(string source, SetChange change, CancellationToken cancellationToken)
    {
        if (ChangeRules.FindInvalid(change) is { } invalid) return Task.FromResult(invalid);
        return ChangeAsync(source, [], (connection, alias, _) =>
        {
            if (!Exists(connection, alias)) return MailboxResult.NotFound($"alias {alias}");
            AddressSets.RecipientRules(store.Schema).Apply(connection, alias.Text, change);
            return MailboxResult.Done($"allowed senders of {alias} changed");
        }, cancellationToken);
    }

    public Task<IReadOnlyList<MailAlias>> ListAsync(CancellationToken cancellationToken) => store.ReadAsync<IReadOnlyList<MailAlias>>(
        connection =>
        {
            var rules = AddressSets.RecipientRules(store.Schema).ReadAll(connection);
            return connection
                .Query<(string Source, string Destination)>("SELECT source, destination FROM virtual_aliases ORDER BY source, destination")
                .GroupBy(row => row.Source, row => row.Destination)
                .Select(alias => new MailAlias(alias.Key, [.. alias], [.. rules[alias.Key]]))
                .ToList();
        },
        cancellationToken);

    private static MailboxResult Add(DbConnection connection, EmailAddress source, IReadOnlyList<EmailAddress> destinations)
    {
        if (DomainTable.FindId(connection, source.Domain) is not { } domain) return MailboxResult.DomainMissing(source.Domain);
        return Insert(connection, domain, source, destinations[0])
            ? MailboxResult.Done($"alias {source} to {destinations[0]} added")
            : MailboxResult.AlreadyExists($"alias {source} to {destinations[0]}");
    }

    private static MailboxResult Set(DbConnection connection, EmailAddress source, IReadOnlyList<EmailAddress> destinations)
    {
        if (!Exists(connection, source)) return MailboxResult.NotFound($"alias {source}");
        var domain = DomainTable.FindId(connection, source.Domain)!.Value;
        connection.Execute("DELETE FROM virtual_aliases WHERE source = @Text", source);
        foreach (var destination in destinations) Insert(connection, domain, source, destination);
        return MailboxResult.Done($"alias {source} now leads to {string.Join(", ", destinations.Distinct())}");
    }

    private MailboxResult Remove(DbConnection connection, EmailAddress source, IReadOnlyList<EmailAddress> destinations)
    {
        var destination = destinations is [var only] ? only.Text : null;
        var removed = connection.Execute(
            "DELETE FROM virtual_aliases WHERE source = @Text AND (@destination IS NULL OR destination = @destination)",
            new { source.Text, destination });
        var what = destination is null ? $"alias {source}" : $"alias {source} to {destination}";
        if (removed == 0) return MailboxResult.NotFound(what);
        AddressSets.ForgetRecipient(connection, store.Schema, source.Text);
        return MailboxResult.Done(what + " removed");
    }

    private static bool Exists(DbConnection connection, EmailAddress source) =>
        connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM virtual_aliases WHERE source = @Text)", source);

    private static bool Insert(DbConnection connection, long domain, EmailAddress source, EmailAddress destination) => connection.Execute(
        """
        INSERT INTO virtual_aliases (domain_id, source, destination) SELECT @domain, @source, @destination
        WHERE NOT EXISTS (SELECT 1 FROM virtual_aliases WHERE source = @source AND destination = @destination)
        """,
        new { domain, source = source.Text, destination = destination.Text }) > 0;

    private Task<MailboxResult> ChangeAsync(
        string source,
        IReadOnlyList<string> destinations,
        Func<DbConnection, EmailAddress, IReadOnlyList<EmailAddress>, MailboxResult> change,
        CancellationToken cancellationToken)
    {
        if (!MailboxNames.TryParsePattern(source, out var parsed))
        {
            return Task.FromResult(MailboxResult.Invalid($"'{source}' is neither an address nor @domain"));
        }

        var parsedDestinations = new List<EmailAddress>();
        foreach (var destination in destinations)
        {
            if (!MailboxNames.TryParseAddress(destination, out var address))
            {
                return Task.FromResult(MailboxResult.Invalid($"'{destination}' is no address"));
            }

            parsedDestinations.Add(address);
        }

        return store.WriteAsync(connection => change(connection, parsed, parsedDestinations), cancellationToken);
    }
}
