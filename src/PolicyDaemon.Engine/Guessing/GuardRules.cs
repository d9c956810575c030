using System.Net;

namespace PolicyDaemon.Engine.Guessing;

/// <summary>When somebody is taken to be guessing passwords, and what follows.</summary>
public sealed record GuardRules
{
    /// <summary>How many times as many wrong passwords a network may try from which the account has logged in lately.</summary>
    public const int KnownNetworkFactor = 10;

    /// <summary>How long a network counts as an account's own after its last login from there.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(30);

    /// <summary>Different wrong passwords of one login, or of one client network, until it is locked. The same one again is not counted.</summary>
    public int DistinctPasswords { get; init; } = 5;

    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(15);

    public TimeSpan Lockout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Bits that make one client network of IPv4 addresses.</summary>
    public int Ipv4Prefix { get; init; } = 32;

    /// <inheritdoc cref="Ipv4Prefix"/>
    public int Ipv6Prefix { get; init; } = 64;

    /// <summary>Where many people come from at one address: webmail, proxies. Such an address is nobody's network.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}
