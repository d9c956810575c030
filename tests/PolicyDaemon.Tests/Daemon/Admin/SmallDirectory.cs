using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests.Daemon.Admin;

/// <summary>
/// truenorth.local in memory: alice (login and address, alias sales@, may not send when told so), bob, a list team@ to both, and a
/// switch that takes the directory away.
/// </summary>
internal sealed class SmallDirectory : IDirectory
{
    private static readonly AddressNormalizer Normalizer = new("+");

    public string Name => "ldap";

    public bool IsDown { get; set; }

    public SendAllowed AliceSends { get; set; } = SendAllowed.True;

    public static EmailAddress Address(string text) =>
        Normalizer.TryParsePattern(text, out var address) ? address : throw new ArgumentException(text);

    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) => Answer(login switch
    {
        "alice" => Alice,
        "bob" => Bob,
        _ => null,
    }, $"uid={login},ou=people");

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken) => Answer(address.Text switch
    {
        "alice@truenorth.local" => new AddressEntry { Address = address, Accounts = [Alice] },
        "bob@truenorth.local" => new AddressEntry { Address = address, Accounts = [Bob] },
        "sales@truenorth.local" => new AddressEntry { Address = address, Destinations = [Address("alice@truenorth.local")] },
        "team@truenorth.local" => new AddressEntry
        {
            Address = address,
            Destinations = [Address("alice@truenorth.local"), Address("bob@truenorth.local"), Address("eve@example.org")],
        },
        _ => null,
    }, $"mail={address.Text}");

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        Answer(domain == "truenorth.local" ? new DomainEntry(domain, IsEnabled: true) { Limits = new Dictionary<string, long> { ["domain-day"] = 20_000 } } : null, domain);

    private Account Alice => new()
    {
        Name = "alice",
        Logins = ["alice"],
        Addresses = [Address("alice@truenorth.local")],
        States = [new AccountState("ldap", "uid=alice,ou=people", AliceSends, "active"), new AccountState("sqlite", "alice@truenorth.local")],
        Limits = new Dictionary<string, long>(StringComparer.Ordinal) { ["login-day"] = 500 },
    };

    private static Account Bob => new()
    {
        Name = "bob",
        Logins = ["bob"],
        Addresses = [Address("bob@truenorth.local")],
        States = [new AccountState("ldap", "uid=bob,ou=people", SendAllowed.Absent, "offboarded")],
    };

    private ValueTask<Lookup<T>> Answer<T>(T? value, string entry)
        where T : class
    {
        var provenance = new Provenance(Name, entry, TimeSpan.FromMilliseconds(120));
        return new ValueTask<Lookup<T>>(
            IsDown ? Lookup<T>.Unavailable("no server answers", Provenance.Of(Name))
            : value is null ? Lookup<T>.NotFound(Provenance.Of(Name))
            : Lookup<T>.Found(value, provenance));
    }
}
