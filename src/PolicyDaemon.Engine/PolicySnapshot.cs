using System.Collections.Frozen;
using System.Net;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine;

/// <summary>The rules of one moment, immutable: a request sees one consistent version, and a reload replaces the whole.</summary>
public sealed record PolicySnapshot
{
    private static readonly CheckSettings Enforced = new(CheckMode.Enforce);
    private static readonly Provenance ByConfiguration = Provenance.Of("configuration", "directory.domains");

    /// <summary>What is to be said of each of <see cref="Domains"/>.</summary>
    private readonly FrozenDictionary<string, Lookup<DomainEntry>> ownDomains = FrozenDictionary<string, Lookup<DomainEntry>>.Empty;

    public required AddressNormalizer Normalizer { get; init; }

    /// <summary>Domains that are ours by configuration, normalized. Directories may know more.</summary>
    public required IReadOnlySet<string> Domains
    {
        get;
        init
        {
            field = value;
            ownDomains = value.ToFrozenDictionary(domain => domain, domain => Lookup<DomainEntry>.Found(new DomainEntry(domain, IsEnabled: true), ByConfiguration));
        }
    }

    public required AccountRules Accounts { get; init; }

    /// <summary>A check that is not named here is enforced.</summary>
    public required IReadOnlyDictionary<CheckName, CheckSettings> Checks { get; init; }

    public IReadOnlyList<CheckOverride> Overrides { get; init; } = [];

    public IReadOnlyList<Limit> Limits { get; init; } = [];

    public MessageRules Messages { get; init; } = MessageRules.None;

    /// <summary>Clients that may use our addresses without a login.</summary>
    public IReadOnlyList<IPNetwork> TrustedNetworks { get; init; } = [];

    /// <summary>Networks whose addresses many people share: limits of clients do not count them.</summary>
    public IReadOnlyList<IPNetwork> SharedNetworks { get; init; } = [];

    /// <summary>Logins, normalized, that may use any envelope sender.</summary>
    public IReadOnlySet<string> SendAsAnyone { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Whether a login may send with the null sender.</summary>
    public bool MayLoginUseNullSender { get; init; }

    /// <summary>How long one decision may take; then what is missing counts as unavailable.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What a directory says about a domain, and that a domain of the configuration is ours whatever it says.</summary>
    public Lookup<DomainEntry> AddOwnDomain(string domain, Lookup<DomainEntry> answer) =>
        answer.Value is not null || !ownDomains.TryGetValue(domain, out var own) ? answer
        : answer.IsUnavailable ? Lookup<DomainEntry>.Found(own.Value! with { MissingCause = answer.Cause ?? "no answer" }, ByConfiguration)
        : own;

    /// <summary>
    /// The settings of a check for one request. Of several overrides that match, the one that names both domain and
    /// policy_context wins over one that names the policy_context, that over one that names the domain, and the later over the
    /// earlier.
    /// </summary>
    /// <param name="domain">The domain that the request is about for this check, normalized; null when there is none.</param>
    /// <remarks>The header check is never stricter than the check of the envelope that it belongs to.</remarks>
    public CheckSettings SettingsFor(CheckName check, string? domain, string policyContext)
    {
        var settings = FindSettings(check, domain, policyContext);
        if (check != CheckName.HeaderFrom) return settings;
        var envelope = FindSettings(CheckName.IdentityBinding, domain, policyContext).Mode;
        return settings.Mode < envelope ? settings with { Mode = envelope } : settings;
    }

    /// <summary>Whether there is mail for which the check is not off.</summary>
    public bool IsEverAsked(CheckName check) =>
        FindSettings(check, null, "").Mode != CheckMode.Off ||
        Overrides.Any(candidate => candidate.Check == check && candidate.Mode is CheckMode.Enforce or CheckMode.Observe);

    /// <summary>Whether it must be known which domain a request is about for this check.</summary>
    public bool HasDomainOverride(CheckName check)
    {
        for (var i = 0; i < Overrides.Count; i++)
        {
            if (IsAbout(Overrides[i], check) && Overrides[i].Domain is not null) return true;
        }

        return false;
    }

    /// <summary>The settings when the domain could not be found out: the strictest that any domain has, so that an outage loosens nothing.</summary>
    public CheckSettings StrictestFor(CheckName check, string policyContext)
    {
        var strictest = SettingsFor(check, null, policyContext);
        foreach (var domain in Overrides.Where(candidate => IsAbout(candidate, check)).Select(candidate => candidate.Domain).OfType<string>())
        {
            var settings = SettingsFor(check, domain, policyContext);
            if (settings.Mode < strictest.Mode) strictest = strictest with { Mode = settings.Mode };
            if (settings.WhenUnavailable < strictest.WhenUnavailable) strictest = strictest with { WhenUnavailable = settings.WhenUnavailable };
        }

        return strictest;
    }

    private CheckSettings FindSettings(CheckName check, string? domain, string policyContext)
    {
        var settings = Checks.GetValueOrDefault(check, Enforced);
        if (Overrides.Count == 0) return settings;

        for (var rank = 1; rank <= 3; rank++)
        {
            for (var i = 0; i < Overrides.Count; i++)
            {
                var candidate = Overrides[i];
                if (candidate.Check != check || Rank(candidate) != rank || !Matches(candidate, domain, policyContext)) continue;
                settings = new CheckSettings(
                    candidate.Mode ?? settings.Mode,
                    candidate.WhenUnavailable ?? settings.WhenUnavailable,
                    candidate.Reply ?? settings.Reply);
            }
        }

        return settings;
    }

    private static bool IsAbout(CheckOverride candidate, CheckName check) =>
        candidate.Check == check || (check == CheckName.HeaderFrom && candidate.Check == CheckName.IdentityBinding);

    private static int Rank(CheckOverride candidate) => (candidate.Domain is null ? 0 : 1) + (candidate.PolicyContext is null ? 0 : 2);

    private static bool Matches(CheckOverride candidate, string? domain, string policyContext) =>
        (candidate.Domain is null || string.Equals(candidate.Domain, domain, StringComparison.Ordinal)) &&
        (candidate.PolicyContext is null || string.Equals(candidate.PolicyContext, policyContext, StringComparison.Ordinal));
}
