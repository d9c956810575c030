using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;

namespace PolicyDaemon.Configuration;

/// <summary>What each check is set to, and what only one of them has.</summary>
internal sealed record ChecksOptions
{
    public required IReadOnlyDictionary<CheckName, CheckSettings> Settings { get; init; }

    /// <summary>Clients that may use our addresses without a login.</summary>
    public required IReadOnlyList<IPNetwork> TrustedNetworks { get; init; }

    /// <summary>Proxies and webmail hosts: limits of clients do not count them by address.</summary>
    public required IReadOnlyList<IPNetwork> SharedNetworks { get; init; }

    /// <summary>Logins, normalized, that may use any envelope sender.</summary>
    public required IReadOnlyList<string> SendAsAnyone { get; init; }

    /// <summary>What happens to a login that sends with the null sender.</summary>
    public required NullSender NullSender { get; init; }

    /// <summary>Dovecot's quota-status service; null: how full a mailbox is, is not asked.</summary>
    public required EndpointAddress? QuotaStatus { get; init; }
}

internal enum NullSender
{
    Reject,
    Permit,
}
