using System.Net;
using PolicyDaemon.Engine.Directories;

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

    /// <summary>Units that pass in one window: an account's own amount stands above its domain's, and that above the configured one.</summary>
    /// <param name="login">Whose use a limit on logins counts.</param>
    /// <param name="loginDomain">The domain of that account's first address.</param>
    /// <param name="domain">Whose use a limit on domains counts.</param>
    public long AmountFor(Account? login, DomainEntry? loginDomain, DomainEntry? domain)
    {
        if (Key == LimitKey.Login && login is not null && login.Limits.TryGetValue(Name, out var own)) return own;
        var owner = Key switch
        {
            LimitKey.Login => loginDomain,
            LimitKey.Domain => domain,
            _ => null,
        };
        return owner is not null && owner.Limits.TryGetValue(Name, out var ofDomain) ? ofDomain : Amount;
    }

    /// <summary>The network of a client as this limit counts it, <c>192.0.2.0/24</c>; <c>unknown</c> without an address.</summary>
    public string NetworkOf(IPAddress? client) => client is null ? "unknown" : ClientNetwork.Of(client, Ipv4Prefix, Ipv6Prefix);
}
