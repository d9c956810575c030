using System.Collections.Frozen;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Configuration;

/// <summary>Turns the configuration into the engine's rules. Nothing is checked here: options exist only when they are good.</summary>
internal static class SnapshotBuilder
{
    public static PolicySnapshot Build(DaemonOptions options) => new()
    {
        Normalizer = new AddressNormalizer(options.Directory.RecipientDelimiter, options.Directory.Origin),
        Domains = options.Directory.Domains.ToFrozenSet(StringComparer.Ordinal),
        Accounts = new AccountRules
        {
            Statuses = options.Directory.AccountStatuses.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            MaySendWhenAbsent = options.Directory.WhenAbsent == WhenAbsent.Permit,
            Identity = options.Directory.Identity,
        },
        Checks = options.Checks.Settings.ToFrozenDictionary(),
        Overrides = options.Overrides,
        Limits = [.. options.Limits.Select(limit => limit with { ExemptLogins = limit.ExemptLogins.ToFrozenSet(StringComparer.Ordinal) })],
        Messages = options.Messages,
        TrustedNetworks = options.Checks.TrustedNetworks,
        SharedNetworks = options.Checks.SharedNetworks,
        SendAsAnyone = options.Checks.SendAsAnyone.ToFrozenSet(StringComparer.Ordinal),
        MayLoginUseNullSender = options.Checks.NullSender == NullSender.Permit,
        Deadline = options.Deadline,
    };
}
