using System.Text.Json;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>What the rows of the queries mean.</summary>
/// <param name="source">The directory's configured name.</param>
/// <param name="normalizer">What administrators write is normalized here: case, A-labels, an address without domain.</param>
internal sealed class DirectoryRows(string source, AddressNormalizer normalizer)
{
    /// <summary>Accounts that may share an address; of more it cannot be said who owns it.</summary>
    public const int MaxOwners = 64;

    /// <summary>Rows of who may write to an address; with more it cannot be said who may.</summary>
    public const int MaxSenders = 10_000;

    /// <summary>One more than is looked at: enough to see that there are more.</summary>
    public const int MaxDestinations = AddressBook.MaxAddresses + 1;

    /// <summary>Stands for a destination that we cannot read (a command, a file): it leads elsewhere, and the alias has one more destination.</summary>
    private readonly EmailAddress unreadable = normalizer.TryParse("unreadable@destination.invalid", out var address)
        ? address
        : throw new InvalidOperationException("the address that stands for an unreadable one cannot be read");

    private readonly Provenance provenance = Provenance.Of(source);

    public Answer<Account> ReadAccount(string login, string? rows)
    {
        using var json = Parse(rows);
        var found = Rows(json);
        if (found.Count == 0) return new(Lookup<Account>.NotFound(provenance));
        if (found.Count > 1) return new(Lookup<Account>.Ambiguous($"ambiguous: {found.Count} rows answer for one login", provenance));
        try
        {
            var account = ToAccount(found[0]);
            return new(Lookup<Account>.Found(account, Provenance.Of(source, account.States[0].Entry)), [.. DependenciesOf(account), .. DependenciesOf(found)]);
        }
        catch (FormatException exception)
        {
            return new(Lookup<Account>.Ambiguous($"account {login}: {exception.Message}", provenance));
        }
    }

    /// <returns>The accounts of one page, and the last login as it is written; no accounts: there are no more.</returns>
    public (Lookup<IReadOnlyList<Account>> Page, string Last) ReadPage(string? rows)
    {
        using var json = Parse(rows);
        var found = Rows(json);
        try
        {
            return (Lookup<IReadOnlyList<Account>>.Found([.. found.Select(ToAccount)], provenance), found.Count == 0 ? "" : found[^1].Text("login")!);
        }
        catch (FormatException exception)
        {
            return (Lookup<IReadOnlyList<Account>>.Ambiguous($"users: {exception.Message}", provenance), "");
        }
    }

    public Answer<AddressEntry> ReadAddress(EmailAddress address, string? accountRows, string? aliasRows, string? senderRows)
    {
        using var accounts = Parse(accountRows);
        using var aliases = Parse(aliasRows);
        using var senders = Parse(senderRows);
        try
        {
            return ReadAddress(address, Rows(accounts), Rows(aliases), Rows(senders));
        }
        catch (FormatException exception)
        {
            return new(Lookup<AddressEntry>.Ambiguous($"address {address}: {exception.Message}", provenance));
        }
    }

    public Answer<DomainEntry> ReadDomain(string domain, string? rows)
    {
        using var json = Parse(rows);
        var found = Rows(json);
        if (found.Count == 0) return new(Lookup<DomainEntry>.NotFound(provenance));
        try
        {
            var limits = found.SelectMany(row => row.Limits("limits")).GroupBy(limit => limit.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Min(limit => limit.Value), StringComparer.Ordinal);
            var entry = new DomainEntry(domain, found.All(row => row.IsEnabled("enabled")));
            if (limits.Count > 0) entry = entry with { Limits = limits };
            return new(Lookup<DomainEntry>.Found(entry, Provenance.Of(source, "domain " + domain)), ["@" + domain, .. DependenciesOf(found)]);
        }
        catch (FormatException exception)
        {
            return new(Lookup<DomainEntry>.Ambiguous($"domain {domain}: {exception.Message}", provenance));
        }
    }

    private Answer<AddressEntry> ReadAddress(
        EmailAddress address, List<DirectoryRow> accountRows, List<DirectoryRow> aliasRows, List<DirectoryRow> senderRows)
    {
        if (accountRows.Count + aliasRows.Count == 0) return new(Lookup<AddressEntry>.NotFound(provenance));
        if (accountRows.Count > MaxOwners) throw new FormatException($"more than {MaxOwners} accounts have it");
        if (senderRows.Count > MaxSenders) throw new FormatException($"more than {MaxSenders} rows say who may write to it");

        var accounts = accountRows.ConvertAll(ToAccount);
        if (accounts.DistinctBy(account => account.Name, StringComparer.Ordinal).Count() < accounts.Count)
            throw new FormatException("several rows are one account");
        var entry = new AddressEntry
        {
            Address = address,
            Accounts = accounts,
            Destinations = ToDestinations(address, aliasRows, isMailbox: accounts.Count > 0),
            AllowedSenders = [.. senderRows.SelectMany(row => row.Patterns("sender", normalizer)).Distinct()],
        };
        var where = accounts is [var first, ..] ? first.States[0].Entry : "alias " + address.Text;
        return new(
            Lookup<AddressEntry>.Found(entry, Provenance.Of(source, where)),
            [.. accounts.SelectMany(DependenciesOf), .. DependenciesOf(accountRows), .. DependenciesOf(aliasRows), .. DependenciesOf(senderRows)]);
    }

    /// <summary>A disabled alias is there and leads nowhere. A mailbox whose only alias is itself, as PostfixAdmin writes it for each, has no alias.</summary>
    private List<EmailAddress> ToDestinations(EmailAddress address, List<DirectoryRow> rows, bool isMailbox)
    {
        var destinations = rows.Where(row => row.IsEnabled("enabled"))
            .SelectMany(row => row.List("destination"))
            .Select(item => normalizer.TryParse(item, out var destination) ? destination : unreadable)
            .Distinct().Take(MaxDestinations).ToList();
        return isMailbox && destinations is [var only] && only.Equals(address) ? [] : destinations;
    }

    private Account ToAccount(DirectoryRow row)
    {
        var login = row.Text("login");
        if (string.IsNullOrEmpty(login)) throw new FormatException("column login is empty");
        var name = AddressNormalizer.NormalizeLogin(login);
        var addresses = row.Has("addresses") ? row.Patterns("addresses", normalizer) : normalizer.TryParse(name, out var own) ? [own] : [];
        return new Account
        {
            Name = name,
            Logins = [name],
            Addresses = addresses,
            States = [new AccountState(source, "account " + name, row.SendAllowed("send_allowed"), row.Text("account_status"), row.IsEnabled("enabled"))],
            SendAs = row.Patterns("send_as", normalizer),
            Limits = row.Limits("limits"),
            QuotaOctets = row.Mebibytes("quota_mb"),
        };
    }

    private static IEnumerable<string> DependenciesOf(Account account) => account.Logins.Concat(account.Addresses.Select(address => address.Text));

    private static List<string> DependenciesOf(List<DirectoryRow> rows) =>
        [.. rows.SelectMany(row => row.List("depends_on")).Select(AddressNormalizer.NormalizeLogin)];

    private static JsonDocument? Parse(string? rows) => rows is null ? null : JsonDocument.Parse(rows);

    private static List<DirectoryRow> Rows(JsonDocument? json) =>
        json is null ? [] : [.. json.RootElement.EnumerateArray().Select(row => new DirectoryRow(row))];
}

/// <param name="Dependencies">Names whose change may change the answer, besides the key and its domain.</param>
internal readonly record struct Answer<T>(Lookup<T> Lookup, IEnumerable<string>? Dependencies = null)
    where T : class;
