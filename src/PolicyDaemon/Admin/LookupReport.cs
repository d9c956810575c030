using System.Text.Json.Serialization;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Admin;

/// <summary>What a directory is asked about by hand.</summary>
internal enum LookupKind
{
    /// <summary>By a login, or by one of the account's own addresses.</summary>
    Account,

    /// <summary>An address, or <c>@domain</c> for a catch-all.</summary>
    Address,
    Domain,
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record LookupRequest(LookupKind Kind, string Key);

/// <summary>What the directories know about one key, and every question that led there.</summary>
internal sealed record LookupReport
{
    public required LookupKind Kind { get; init; }

    /// <summary>As it was looked for, normalized.</summary>
    public required string Key { get; init; }

    public required LookupAnswer Answer { get; init; }

    /// <summary>Why the answer is Unavailable; what is told besides is then what the other sources know.</summary>
    public string? Cause { get; init; }

    /// <summary>Where the answer comes from.</summary>
    public required string Source { get; init; }

    /// <summary>For an address: the domain is ours. For a domain: the same. Null when that could not be told.</summary>
    public bool? IsOurs { get; init; }

    /// <summary>For a domain that is ours.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>For a domain that is ours: its own amounts, by the limit's name.</summary>
    public IReadOnlyDictionary<string, long>? Limits { get; init; }

    /// <summary>For an address: the canonical names of the accounts that may send as it because it is theirs.</summary>
    public IReadOnlyList<string>? Owners { get; init; }

    /// <summary>For an address: where mail to it goes.</summary>
    public RouteReport? Route { get; init; }

    /// <summary>The account, or those that mail to the address reaches.</summary>
    public required IReadOnlyList<AccountReport> Accounts { get; init; }

    /// <summary>Every question that was asked on the way, aliases and catch-alls included, in order.</summary>
    public required IReadOnlyList<FactReport> Facts { get; init; }

    /// <summary>Sources that cannot be asked at present; what is known of one counts for some time, with its age.</summary>
    public IReadOnlyList<SourceReport> SourcesAway { get; init; } = [];
}

/// <param name="LeadsElsewhere">Also, or only, to where we cannot look: a foreign domain, an address only Postfix knows.</param>
/// <param name="AllowedSenders">Who may write to it; empty: everyone.</param>
internal sealed record RouteReport(IReadOnlyList<string> Accounts, bool LeadsElsewhere, IReadOnlyList<string> AllowedSenders);

/// <summary>One account with what it may do.</summary>
internal sealed record AccountReport
{
    /// <summary>Canonical: the key of blocks and limits.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<string> Logins { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }

    public required IReadOnlyList<string> SendAs { get; init; }

    /// <summary>Limits of its own, by the limit's name.</summary>
    public required IReadOnlyDictionary<string, long> Limits { get; init; }

    public required IReadOnlyList<RightReport> Rights { get; init; }

    /// <summary>What each source says.</summary>
    public required IReadOnlyList<StateReport> States { get; init; }

    /// <summary>The block of this login that is in force; null: none.</summary>
    public BlockReport? Block { get; init; }
}

/// <param name="Right"><c>send</c>, <c>login</c> or <c>receive</c>.</param>
/// <param name="Reason">Why not; null when allowed.</param>
/// <param name="Source">The source that takes it away.</param>
internal sealed record RightReport(string Right, bool Allowed, string? Reason, string? Source);

/// <param name="Status">As written in the source; null: absent.</param>
internal sealed record StateReport(string Source, string Entry, SendAllowed SendAllowed, string? Status, bool IsEnabled);
