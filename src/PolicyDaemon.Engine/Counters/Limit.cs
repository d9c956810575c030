using System.Net;

namespace PolicyDaemon.Engine.Counters;

/// <summary>Whose use a limit counts.</summary>
public enum LimitKey
{
    /// <summary>The account of the SASL login.</summary>
    Login,

    /// <summary>The domain of the envelope sender, when it is ours.</summary>
    Domain,

    /// <summary>The client's network, by prefix.</summary>
    Client,

    /// <summary>The recipient; charged at RCPT, because there is no list of recipients later.</summary>
    Recipient,

    /// <summary>All mail together.</summary>
    Everyone,
}

public enum LimitUnit
{
    Messages,
    Recipients,
    Bytes,
}

/// <summary>Which mail a limit is about.</summary>
public enum LimitWhen
{
    Always,
    Authenticated,
    Unauthenticated,
}

/// <summary>One rate rule of the configuration.</summary>
public sealed record Limit
{
    public required string Name { get; init; }

    public required LimitKey Key { get; init; }

    public required LimitUnit Unit { get; init; }

    /// <summary>Units that pass in one window. An account may have an amount of its own under this limit's name.</summary>
    public required long Amount { get; init; }

    public required TimeSpan Window { get; init; }

    /// <summary>Reject, Defer or Hold.</summary>
    public required Verdict Action { get; init; }

    public LimitWhen When { get; init; }

    /// <summary>Only requests with this policy_context; null: any.</summary>
    public string? PolicyContext { get; init; }

    /// <summary>Bits of an IPv4 client address that make one network.</summary>
    public int Ipv4Prefix { get; init; } = 32;

    public int Ipv6Prefix { get; init; } = 64;

    /// <summary>Accounts that this limit does not count, by canonical name.</summary>
    public IReadOnlySet<string> ExemptLogins { get; init; } = new HashSet<string>();

    /// <summary>Client networks that this limit does not count.</summary>
    public IReadOnlyList<IPNetwork> ExemptNetworks { get; init; } = [];
}
