using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>guard</c> section: when somebody is taken to be guessing passwords.</summary>
internal static class GuardSection
{
    private static readonly ValueKind<TimeSpan> Length = ValueKinds.Duration(TimeSpan.FromSeconds(10), TimeSpan.FromDays(7));

    public static GuardRules Read(Section guard)
    {
        var rules = new GuardRules
        {
            DistinctPasswords = (int)guard.Value("distinctPasswords", ValueKinds.Number("passwords", 2, 1000), 5),
            Within = guard.Value("within", Length, TimeSpan.FromMinutes(15)),
            Lockout = guard.Value("lockout", Length, TimeSpan.FromMinutes(15)),
            Ipv4Prefix = (int)guard.Value("ipv4Prefix", ValueKinds.Number("bits", 1, 32), 32),
            Ipv6Prefix = (int)guard.Value("ipv6Prefix", ValueKinds.Number("bits", 1, 128), 64),
            TrustedProxies = guard.List("trustedProxies", ValueKinds.Network, [new(System.Net.IPAddress.Parse("127.0.0.0"), 8), new(System.Net.IPAddress.IPv6Loopback, 128)]),
        };
        if (rules.TrustedProxies.Any(network => network.PrefixLength == 0)) guard.Warn("trustedProxies", "has every client in it: no client network is ever locked");
        return rules;
    }
}
