using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>
/// People in LDAP, asked anew for each question (<c>mode: lookup</c>): one search, which names the attributes it wants, and
/// <c>userPassword</c> never for an account.
/// </summary>
/// <remarks>
/// A server compares more loosely than we do (RFC 4518: it drops spaces, folds compatibility characters), so what it returns
/// counts only when one of its values, normalized, is what was asked for.
/// </remarks>
public sealed class LdapDirectory : IDirectory, IAsyncDisposable
{
    /// <summary>Accounts that may share an address; of more it cannot be said who owns it.</summary>
    internal const int MaxOwners = 64;

    /// <summary>One more than may answer for a login: enough to see that it is ambiguous.</summary>
    private const int LoginSizeLimit = 2;

    private readonly LdapOptions options;
    private readonly LdapAccountReader reader;
    private readonly LdapServers servers;
    private readonly IReadOnlyList<string> attributes;

    /// <param name="onServerChange">Told when a server is passed over and when it is used again, on any thread; must not block.</param>
    /// <param name="name">Of the source.</param>
    public LdapDirectory(
        LdapOptions options, AddressNormalizer normalizer, TimeProvider time, Action<LdapServerState>? onServerChange = null, string name = "ldap")
    {
        this.options = options;
        Name = name;
        reader = new LdapAccountReader(name, options, normalizer);
        servers = new LdapServers(name, options, time, onServerChange ?? (static _ => { }));
        attributes = options.Attributes.All;
    }

    public string Name { get; }

    /// <summary>The servers in order of preference, as they are at present.</summary>
    public IReadOnlyList<LdapServerState> Servers => servers.States;

    /// <summary>By a login attribute; or, when no entry has it there and it has a domain, by an address.</summary>
    /// <inheritdoc cref="IDirectory.FindAccountAsync"/>
    public async ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        var answer = await FindEntryAsync(login, attributes, cancellationToken);
        if (answer.Value is { } entry) return Lookup<Account>.Found(reader.ReadAccount(entry), answer.Provenance);
        return answer.IsNotFound ? Lookup<Account>.NotFound(answer.Provenance)
            : answer.IsAmbiguous ? Lookup<Account>.Ambiguous(answer.Cause ?? "ambiguous", answer.Provenance)
            : Lookup<Account>.Unavailable(answer.Cause ?? "no answer", answer.Provenance);
    }

    /// <summary>The entry of the account that <see cref="FindAccountAsync"/> finds.</summary>
    /// <param name="wanted">Attributes, with those of logins and addresses among them.</param>
    internal async ValueTask<Lookup<LdapEntry>> FindEntryAsync(string login, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        var isAddress = login.Contains('@', StringComparison.Ordinal);
        var names = isAddress ? options.Attributes.Login.Concat(options.Attributes.Addresses) : options.Attributes.Login;
        var answer = await SearchAsync(names, login, LoginSizeLimit, wanted, cancellationToken);
        if (answer.Value is not { } found) return Lookup<LdapEntry>.Unavailable(answer.Cause ?? "no answer", answer.Provenance);

        var matching = found.Entries.Where(entry => reader.HasLogin(entry, login)).ToList();
        var isCut = found.Result.Code == LdapResultCode.SizeLimitExceeded;
        if (matching.Count == 0 && isAddress) matching = [.. found.Entries.Where(entry => reader.HasAddress(entry, login))];
        if (matching.Count > 1 || isCut)
        {
            return Lookup<LdapEntry>.Ambiguous(
                $"ambiguous: {(isCut ? "more than " : "")}{found.Entries.Count} entries answer for one login, {string.Join(" and ", found.Entries.Select(entry => entry.Dn))}",
                answer.Provenance);
        }

        return matching.Count == 0
            ? Lookup<LdapEntry>.NotFound(answer.Provenance)
            : Lookup<LdapEntry>.Found(matching[0], EntryAt(matching[0], answer.Provenance));
    }

    public async ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var answer = await SearchAsync(options.Attributes.Addresses, address.Text, MaxOwners, attributes, cancellationToken);
        if (answer.Value is not { } found) return Lookup<AddressEntry>.Unavailable(answer.Cause ?? "no answer", answer.Provenance);
        if (found.Result.Code == LdapResultCode.SizeLimitExceeded)
            return Lookup<AddressEntry>.Ambiguous($"ambiguous: more than {MaxOwners} entries, or more than the server returns, share one address", answer.Provenance);

        var owners = found.Entries.Where(entry => reader.HasAddress(entry, address.Text)).ToList();
        if (owners.Count == 0) return Lookup<AddressEntry>.NotFound(answer.Provenance);
        if (owners.Find(reader.HasUnreadableAllowedSenders) is { } unreadable)
            return Lookup<AddressEntry>.Ambiguous($"{options.Attributes.AllowedSenders} of {unreadable.Dn} holds no address", EntryAt(unreadable, answer.Provenance));

        var entry = new AddressEntry
        {
            Address = address,
            Accounts = [.. owners.Select(reader.ReadAccount)],
            AllowedSenders = [.. owners.SelectMany(reader.ReadAllowedSenders).Distinct()],
        };
        return Lookup<AddressEntry>.Found(entry, EntryAt(owners[0], answer.Provenance));
    }

    /// <summary>Never: what has an address in a domain does not make the domain ours, and there is no other list here.</summary>
    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        new(Lookup<DomainEntry>.NotFound(Provenance.Of(Name)));

    public ValueTask DisposeAsync() => servers.DisposeAsync();

    private ValueTask<Lookup<LdapSearchResult>> SearchAsync(
        IEnumerable<string> names, string value, int sizeLimit, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        var anyHasIt = LdapFilter.Or([.. names.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => LdapFilter.Equal(name, value))]);
        var request = new LdapSearchRequest
        {
            BaseDn = options.BaseDn,
            Filter = LdapFilter.And(options.Filter, anyHasIt),
            Attributes = wanted,
            SizeLimit = sizeLimit,
            TimeLimitSeconds = Math.Max(1, (int)Math.Ceiling(options.Timeout.TotalSeconds)),
        };
        return servers.SearchAsync(request, cancellationToken);
    }

    /// <param name="server">With the server's URL as its entry.</param>
    private static Provenance EntryAt(LdapEntry entry, Provenance server) => server with { Entry = $"{entry.Dn} at {server.Entry}" };
}
