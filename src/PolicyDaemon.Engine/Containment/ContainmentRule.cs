using System.Net;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Engine.Containment;

/// <summary>What a rule of containment counts, each for one login.</summary>
public enum ContainmentTrigger
{
    /// <summary>Messages that a limit refused, deferred or held.</summary>
    LimitRefusals,

    /// <summary>Recipients that were refused because nobody has that address.</summary>
    UnknownRecipients,

    /// <summary>Client networks from which the login sent, or tried to.</summary>
    ClientNetworks,
}

/// <summary>So many different things of one kind by one login within a window turn into a block.</summary>
public sealed record ContainmentRule
{
    public required string Name { get; init; }

    public required ContainmentTrigger On { get; init; }

    /// <summary>The number that is too many; 1 or more.</summary>
    public required int Count { get; init; }

    public required TimeSpan Within { get; init; }

    /// <summary>How long the block lasts.</summary>
    public required TimeSpan BlockFor { get; init; }

    public BlockAction Action { get; init; } = BlockAction.Reject;

    /// <summary>Bits of an IPv4 client address that make one network.</summary>
    public int Ipv4Prefix { get; init; } = 24;

    public int Ipv6Prefix { get; init; } = 48;

    /// <summary>Logins, normalized, and names of accounts that this rule never blocks.</summary>
    public IReadOnlySet<string> ExemptLogins { get; init; } = new HashSet<string>();

    /// <summary>Networks that are nobody's own, such as that of a webmail host: they are not counted.</summary>
    public IReadOnlyList<IPNetwork> ExemptNetworks { get; init; } = [];
}
