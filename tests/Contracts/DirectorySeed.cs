namespace PolicyDaemon.Contracts;

/// <summary>The people, domains and aliases that a directory under test holds, in no source's own form: each subclass loads them its own way.</summary>
public sealed record DirectorySeed(
    IReadOnlyList<SeedDomain> Domains, IReadOnlyList<SeedAccount> Accounts, IReadOnlyList<SeedAlias> Aliases)
{
    public const string Ours = "truenorth.example";
    public const string Foreign = "foreign.example";

    /// <summary>Quotes, wildcards and brackets of SQL, LDAP filters and DNs in one localpart that may be stored.</summary>
    public const string HostileName = """o'brien*(x)%_\=,+;#""";

    public static readonly SeedAccount Alice = new("alice", $"alice@{Ours}", $"a.liddell@{Ours}", $"team@{Ours}");

    public static readonly SeedAccount Bob = new("bob", $"bob@{Ours}", $"team@{Ours}")
    {
        SendAllowed = "TRUE",
        Status = "active",
        AllowedSenders = [$"alice@{Ours}", "@partner.example"],
    };

    public static readonly SeedAccount Carol = new("carol", $"carol@{Ours}") { SendAllowed = "FALSE" };

    public static readonly SeedAccount Dave = new("dave", $"dave@{Ours}") { SendAllowed = "perhaps" };

    public static readonly SeedAccount Erin = new("erin", $"erin@{Ours}") { Status = "disabled" };

    public static readonly SeedAccount Frank = new("frank", $"frank@{Ours}")
    {
        SendAs = [$"sales@{Ours}", "@partner.example"],
        Limits = new Dictionary<string, long> { ["login-hour"] = 500, ["login-day"] = 0 },
    };

    public static readonly SeedAccount Grace = new("grace", $"grace@{Ours}", $"grace@{Foreign}");

    public static readonly SeedAccount Zoe = new("zoe", "zoe@xn--bcher-kva.example");

    public static readonly SeedAccount Hostile = new(HostileName, $"{HostileName}@{Ours}");

    public static readonly SeedAccount Keeper = new("keeper", "keeper@catch.example", "@catch.example");

    public static readonly DirectorySeed Standard = new(
        [new(Ours), new("xn--bcher-kva.example"), new("catch.example")],
        [Alice, Bob, Carol, Dave, Erin, Frank, Grace, Zoe, Hostile, Keeper],
        []);

    public DirectorySeed With(params IEnumerable<SeedAccount> accounts) => this with { Accounts = [.. Accounts, .. accounts] };
}

/// <param name="Name">Normalized.</param>
public sealed record SeedDomain(string Name, bool IsEnabled = true);

/// <param name="Name">A short name, the login of a directory whose logins are no addresses.</param>
/// <param name="Addresses">
/// Normalized, the main one first; <c>@domain</c> for a catch-all. An address that several accounts have is shared by them: mail to it
/// reaches all of them, and each may send as it.
/// </param>
public sealed record SeedAccount(string Name, params IReadOnlyList<string> Addresses)
{
    /// <summary>As an attribute holds it: <c>TRUE</c>, <c>FALSE</c>, null for absent, and one value that is neither.</summary>
    public string? SendAllowed { get; init; }

    public string? Status { get; init; }

    /// <summary>False only where the source has such a flag.</summary>
    public bool IsEnabled { get; init; } = true;

    public IReadOnlyList<string> SendAs { get; init; } = [];

    /// <summary>Who may write to the main address; empty: everyone.</summary>
    public IReadOnlyList<string> AllowedSenders { get; init; } = [];

    public IReadOnlyDictionary<string, long> Limits { get; init; } = new Dictionary<string, long>();

    /// <summary>As it is stored; null: the source's own, where it must have one.</summary>
    public string? Password { get; init; }

    public string MainAddress => Addresses[0];
}

/// <summary>An alias, only where the source has aliases; several of one source are one list.</summary>
public sealed record SeedAlias(string Source, string Destination);
