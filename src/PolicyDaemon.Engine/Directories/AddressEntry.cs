using System.Collections.Frozen;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>What stands behind exactly one address (or one catch-all <c>@domain</c>) in a directory.</summary>
/// <remarks>Nothing is followed: tags, catch-alls and aliases of aliases are for <see cref="AddressBook"/>.</remarks>
public sealed record AddressEntry
{
    public required EmailAddress Address { get; init; }

    /// <summary>The accounts that have this address as their own; more than one for a shared address.</summary>
    public IReadOnlyList<Account> Accounts { get; init; } = [];

    /// <summary>Where an alias of this name leads; local or foreign addresses. Empty: no alias.</summary>
    public IReadOnlyList<EmailAddress> Destinations { get; init; } = [];

    /// <summary>Who may write to this address: addresses, or <c>@domain</c>. Empty: everyone.</summary>
    public IReadOnlyList<EmailAddress> AllowedSenders { get; init; } = [];

    /// <summary>An address that only Postfix knows (aliases(5), transport, list manager): it exists, and nothing more is known.</summary>
    public bool IsExtra { get; init; }
}

/// <summary>A domain that is ours.</summary>
/// <param name="Name">Normalized.</param>
/// <param name="IsEnabled">False: ours, but no account in it has any right.</param>
public sealed record DomainEntry(string Name, bool IsEnabled)
{
    private static readonly FrozenDictionary<string, long> NoLimits = FrozenDictionary<string, long>.Empty;

    /// <summary>
    /// Amounts of its own, by the limit's configured name: of a limit on domains for the domain itself, of a limit on logins for each of its
    /// accounts that has none of its own.
    /// </summary>
    public IReadOnlyDictionary<string, long> Limits { get; init; } = NoLimits;

    /// <summary>
    /// Ours by configuration, and a source that may know more of it did not answer, for this private cause: <see cref="Limits"/> may not be all.
    /// </summary>
    public string? MissingCause { get; init; }
}
