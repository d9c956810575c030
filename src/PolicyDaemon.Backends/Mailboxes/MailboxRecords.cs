using System.Collections.Frozen;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>A domain as <c>domain list</c> shows it.</summary>
public sealed record MailDomain
{
    public required string Name { get; init; }

    public bool IsEnabled { get; init; }

    public int Accounts { get; init; }

    public int Aliases { get; init; }

    /// <summary>Its own amounts of limits, by the limit's name.</summary>
    public IReadOnlyDictionary<string, long> Limits { get; init; } = FrozenDictionary<string, long>.Empty;
}

/// <summary>What to change of a domain; what is null or empty stays as it is.</summary>
/// <param name="Limits">Amounts by the limit's configured name; null takes the domain's own amount away.</param>
public sealed record DomainChange(bool? IsEnabled, IReadOnlyDictionary<string, long?> Limits);

/// <summary>An account as <c>account list</c> shows it; never with its password.</summary>
public sealed record MailAccount
{
    public required string Login { get; init; }

    public bool IsEnabled { get; init; }

    /// <summary>In mebibytes; 0: no limit.</summary>
    public int QuotaMegabytes { get; init; }

    public SendAllowed SendAllowed { get; init; }

    /// <summary>Null when not said.</summary>
    public string? Status { get; init; }

    public IReadOnlyList<string> SendAs { get; init; } = [];

    public IReadOnlyList<string> AllowedSenders { get; init; } = [];

    public IReadOnlyDictionary<string, long> Limits { get; init; } = new Dictionary<string, long>();
}

/// <summary>One source of aliases with all its destinations.</summary>
/// <param name="AllowedSenders">Who may write to it; empty: everyone.</param>
public sealed record MailAlias(string Source, IReadOnlyList<string> Destinations, IReadOnlyList<string> AllowedSenders);

/// <summary>What to change of an account, or to give a new one; what is null or empty stays as it is, or at its default.</summary>
public sealed record AccountChange
{
    /// <summary>As stored, <c>{SCHEME}data</c>; never a clear-text password without scheme.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>In mebibytes; 0: no limit.</summary>
    public int? QuotaMegabytes { get; init; }

    public bool? IsEnabled { get; init; }

    /// <summary><see cref="SendAllowed.Absent"/> takes the flag away; <see cref="SendAllowed.Invalid"/> cannot be stored.</summary>
    public SendAllowed? SendAllowed { get; init; }

    /// <summary>A value of <c>directory.accountStatuses</c>; empty takes it away.</summary>
    public string? Status { get; init; }

    /// <summary>Addresses, or <c>@domain</c>, of any domain.</summary>
    public SetChange SendAs { get; init; } = SetChange.None;

    /// <summary>Who may write to the account's address: addresses, or <c>@domain</c>.</summary>
    public SetChange AllowedSenders { get; init; } = SetChange.None;

    /// <summary>Amounts by the limit's configured name; null takes the account's own amount away.</summary>
    public IReadOnlyDictionary<string, long?> Limits { get; init; } = new Dictionary<string, long?>();

    public bool IsEmpty => PasswordHash is null && QuotaMegabytes is null && IsEnabled is null && SendAllowed is null && Status is null
        && SendAs.IsEmpty && AllowedSenders.IsEmpty && Limits.Count == 0;

    /// <summary>Nothing of what it holds: a hash must not get into a log by accident.</summary>
    public override string ToString() => nameof(AccountChange);
}

/// <summary>Members to put into a set and to take out of it.</summary>
public sealed record SetChange(IReadOnlyList<string> Added, IReadOnlyList<string> Removed)
{
    public static readonly SetChange None = new([], []);

    public bool IsEmpty => Added.Count == 0 && Removed.Count == 0;
}
