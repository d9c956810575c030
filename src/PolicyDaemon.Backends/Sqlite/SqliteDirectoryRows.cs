using System.Collections.Frozen;
using System.Globalization;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>The statements of the directory and what their rows mean.</summary>
/// <param name="source">The directory's configured name.</param>
internal sealed class SqliteDirectoryRows(string source)
{
    // Lists come as one text: an address has no control characters, neither has the name of a limit.
    private const char ItemSeparator = '\n';
    private const char AmountSeparator = '\t';

    private const long OctetsInMegabyte = 1 << 20;

    private const string AccountColumns = """
        u.enabled, d.enabled, u.send_allowed, u.account_status,
        (SELECT group_concat(address, char(10)) FROM sender_rights WHERE login = u.email),
        (SELECT group_concat(limit_name || char(9) || amount, char(10)) FROM limit_overrides WHERE login = u.email),
        u.quota_mb
        """;

    private const string AccountQuery =
        $"SELECT {AccountColumns} FROM virtual_users u JOIN virtual_domains d ON d.id = u.domain_id WHERE u.email = ?1";

    // Whatever a page ends with, the next begins behind it: rows that come and go meanwhile are seen once or not at all.
    // Empty text is bound as NULL.
    private const string PageQuery = $"""
        SELECT {AccountColumns}, u.email FROM virtual_users u JOIN virtual_domains d ON d.id = u.domain_id
        WHERE u.email > coalesce(?1, '') ORDER BY u.email LIMIT 500
        """;

    // One destination more than AddressBook.MaxAddresses tells that there are more than anybody looks at. The aliases of a disabled
    // domain are there and lead nowhere.
    private const string AddressQuery = $"""
        SELECT {AccountColumns},
        (SELECT group_concat(destination, char(10)) FROM (
            SELECT a.destination FROM virtual_aliases a JOIN virtual_domains s ON s.id = a.domain_id
            WHERE a.source = ?1 AND s.enabled = 1 LIMIT 33)),
        EXISTS (SELECT 1 FROM virtual_aliases WHERE source = ?1),
        (SELECT group_concat(sender, char(10)) FROM recipient_rules WHERE recipient = ?1)
        FROM (SELECT 1) LEFT JOIN virtual_users u ON u.email = ?1 LEFT JOIN virtual_domains d ON d.id = u.domain_id
        """;

    private const string DomainQuery =
        "SELECT enabled, (SELECT group_concat(limit_name || char(9) || amount, char(10)) FROM domain_limits WHERE domain = ?1) FROM virtual_domains WHERE name = ?1";

    // What is read is normalized already; this only takes it apart.
    private static readonly AddressNormalizer Addresses = new("");

    private static readonly FrozenDictionary<string, long> NoLimits = FrozenDictionary<string, long>.Empty;

    private readonly Provenance provenance = Provenance.Of(source);

    public Lookup<Account> ReadAccount(SqliteReader reader, string login)
    {
        // A login without a domain is in no row, and what is no address cannot be turned into one.
        if (!Addresses.TryParse(login, out var address)) return Lookup<Account>.NotFound(provenance);
        var statement = reader.Prepare(AccountQuery);
        try
        {
            statement.Bind(login);
            if (!statement.Step()) return Lookup<Account>.NotFound(provenance);
            var account = ToAccount(statement, address);
            return Lookup<Account>.Found(account, Provenance.Of(source, account.States[0].Entry));
        }
        catch (FormatException exception)
        {
            return Lookup<Account>.Unavailable(exception.Message, provenance);
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <param name="after">The login that the page before ended with; empty for the first.</param>
    /// <returns>The next accounts, by login; none: there are no more.</returns>
    public Lookup<IReadOnlyList<Account>> ReadPage(SqliteReader reader, string after)
    {
        var statement = reader.Prepare(PageQuery);
        try
        {
            statement.Bind(after);
            var accounts = new List<Account>();
            while (statement.Step())
            {
                var login = statement.Text(7) ?? "";
                if (!Addresses.TryParse(login, out var address)) throw new FormatException($"'{login}' is no address");
                accounts.Add(ToAccount(statement, address));
            }

            return Lookup<IReadOnlyList<Account>>.Found(accounts, provenance);
        }
        catch (FormatException exception)
        {
            return Lookup<IReadOnlyList<Account>>.Unavailable(exception.Message, provenance);
        }
        finally
        {
            statement.Reset();
        }
    }

    public Lookup<AddressEntry> ReadAddress(SqliteReader reader, EmailAddress address)
    {
        var statement = reader.Prepare(AddressQuery);
        try
        {
            statement.Bind(address.Text);
            return statement.Step() ? ToAddress(statement, address) : Lookup<AddressEntry>.NotFound(provenance);
        }
        catch (FormatException exception)
        {
            return Lookup<AddressEntry>.Unavailable(exception.Message, provenance);
        }
        finally
        {
            statement.Reset();
        }
    }

    public Lookup<DomainEntry> ReadDomain(SqliteReader reader, string domain)
    {
        var statement = reader.Prepare(DomainQuery);
        try
        {
            statement.Bind(domain);
            return statement.Step()
                ? Lookup<DomainEntry>.Found(
                    new DomainEntry(domain, statement.Integer(0) != 0) { Limits = ToLimits(statement.Text(1)) }, Provenance.Of(source, "virtual_domains " + domain))
                : Lookup<DomainEntry>.NotFound(provenance);
        }
        catch (FormatException exception)
        {
            return Lookup<DomainEntry>.Unavailable(exception.Message, provenance);
        }
        finally
        {
            statement.Reset();
        }
    }

    public static SendAllowed ToSendAllowed(long? value) => value switch
    {
        null => SendAllowed.Absent,
        0 => SendAllowed.False,
        1 => SendAllowed.True,
        _ => SendAllowed.Invalid,
    };

    private Lookup<AddressEntry> ToAddress(SqliteStatement row, EmailAddress address)
    {
        var account = row.IsNull(0) ? null : ToAccount(row, address);
        var isAlias = row.Integer(8) != 0;
        if (account is null && !isAlias) return Lookup<AddressEntry>.NotFound(provenance);

        var entry = new AddressEntry
        {
            Address = address,
            Accounts = account is null ? [] : [account],
            Destinations = ToAddresses(row.Text(7)),
            AllowedSenders = ToAddresses(row.Text(9)),
        };
        return Lookup<AddressEntry>.Found(entry, Provenance.Of(source, account?.States[0].Entry ?? "virtual_aliases " + address.Text));
    }

    private Account ToAccount(SqliteStatement row, EmailAddress address) => new()
    {
        Name = address.Text,
        Logins = [address.Text],
        Addresses = [address],
        States =
        [
            new AccountState(
                source,
                "virtual_users " + address.Text,
                ToSendAllowed(row.IsNull(2) ? null : row.Integer(2)),
                row.Text(3),
                IsEnabled: row.Integer(0) != 0 && row.Integer(1) != 0),
        ],
        SendAs = ToAddresses(row.Text(4)),
        Limits = ToLimits(row.Text(5)),
        QuotaOctets = row.IsNull(6) ? null : row.Integer(6) * OctetsInMegabyte,
    };

    /// <exception cref="FormatException">A row that was written by hand and is no address.</exception>
    private static List<EmailAddress> ToAddresses(string? list)
    {
        if (list is null) return [];
        var addresses = new List<EmailAddress>();
        foreach (var item in list.AsSpan().Split(ItemSeparator))
        {
            if (!Addresses.TryParsePattern(list[item], out var address)) throw new FormatException($"'{list[item]}' is no address");
            addresses.Add(address);
        }

        return addresses;
    }

    /// <exception cref="FormatException">A row that was written by hand, with control characters in a name.</exception>
    private static IReadOnlyDictionary<string, long> ToLimits(string? list)
    {
        if (list is null) return NoLimits;
        var limits = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var item in list.Split(ItemSeparator))
        {
            var separator = item.LastIndexOf(AmountSeparator);
            if (separator < 0) throw new FormatException($"the limit '{item}' has no amount");
            limits[item[..separator]] = long.Parse(item.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return limits;
    }
}
