using System.Net;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>checks</c> section: a section for each check, which an override may have too, and what only one of them has.</summary>
internal static class ChecksSection
{
    /// <summary>The checks that have a section.</summary>
    public static IEnumerable<CheckName> WithSection => Enum.GetValues<CheckName>().Where(check => OwnerOf(check) == check);

    /// <summary>The check in whose section another is set: what is said of the header is a part of <c>identityBinding</c>.</summary>
    public static CheckName OwnerOf(CheckName check) => check == CheckName.HeaderFrom ? CheckName.IdentityBinding : check;

    public static ChecksOptions Read(Section checks, IReadOnlyList<Limit> limits)
    {
        var settings = new Dictionary<CheckName, CheckSettings>();
        var options = new ChecksOptions
        {
            Settings = settings,
            TrustedNetworks = Networks.Loopback,
            SharedNetworks = [],
            SendAsAnyone = [],
            NullSender = NullSender.Reject,
            QuotaStatus = null,
        };
        foreach (var check in WithSection)
        {
            options = checks.Child(ValueKinds.Word(check), section =>
            {
                settings[check] = ReadSettings(section, check, limits);
                return check switch
                {
                    CheckName.IdentityBinding => ReadIdentityBinding(section, options, settings),
                    CheckName.RecipientExistence => options with { QuotaStatus = section.Optional("quotaStatus", MailKinds.Endpoint) },
                    CheckName.RateLimit => options with { SharedNetworks = ReadSharedNetworks(section, limits) },
                    _ => options,
                };
            });
        }

        WarnOfTellingOutsiders(checks, settings);
        return options;
    }

    private static void WarnOfTellingOutsiders(Section checks, Dictionary<CheckName, CheckSettings> settings)
    {
        if (settings[CheckName.SenderAuthorization].Mode != CheckMode.Enforce || settings[CheckName.IdentityBinding].Mode == CheckMode.Enforce) return;
        checks.Warn(
            "identityBinding",
            "is not enforced while checks.senderAuthorization is: a stranger who uses one of our addresses is told whether that account may send");
    }

    /// <summary>Refuses a reply that the check would never give: a silent one is worse than none.</summary>
    public static void RefuseReply(Section section, CheckName check, SmtpReply? reply, IReadOnlyList<Limit> limits)
    {
        if (reply is null) return;
        var isPermanent = reply.IsPermanent;
        if (check is CheckName.SenderAuthorization or CheckName.IdentityBinding or CheckName.MessageRules && !isPermanent)
        {
            section.Complain(
                "reply",
                "this check refuses for good, so a 4xx reply is never given: expected 5xx; to try the check out, set mode to observe");
        }

        if (check == CheckName.Storage && isPermanent) section.Complain("reply", "a full disk is no reason to bounce mail: expected 4xx");

        if (check == CheckName.RateLimit && !limits.Any(limit => limit.Action == (isPermanent ? Verdict.Reject : Verdict.Defer)))
        {
            var action = isPermanent ? "reject" : "defer";
            section.Complain(
                "reply", $"no limit has the action {action}, so this reply is never given: expected the class that a limit's action has");
        }
    }

    private static CheckSettings ReadSettings(Section section, CheckName check, IReadOnlyList<Limit> limits)
    {
        // Directories often miss addresses that only Postfix knows: refusing their mail at once would be a bad first day.
        var mode = check == CheckName.RecipientExistence ? CheckMode.Observe : CheckMode.Enforce;
        var settings = new CheckSettings(
            section.Value("mode", ValueKinds.Choice<CheckMode>(), mode),
            ReadWhenUnavailable(section, check),
            ReadReply(section, check));
        RefuseReply(section, check, settings.Reply, limits);
        return settings;
    }

    private static WhenUnavailable ReadWhenUnavailable(Section section, CheckName check)
    {
        if (check != CheckName.Storage) return section.Value("whenUnavailable", ValueKinds.Choice<WhenUnavailable>(), WhenUnavailable.Defer);
        section.Never("whenUnavailable", "a disk that cannot be looked at stops no mail: remove the key");
        return WhenUnavailable.Defer;
    }

    public static SmtpReply? ReadReply(Section section, CheckName check)
    {
        if (check != CheckName.SendingBlock) return section.Optional("reply", MailKinds.Reply);
        section.Never("reply", "a block says itself how it refuses (block --action): remove the key");
        return null;
    }

    private static IReadOnlyList<IPNetwork> ReadTrustedNetworks(Section section)
    {
        var networks = section.List("trustedNetworks", ValueKinds.Network, Networks.Loopback);
        if (networks.Any(network => network.PrefixLength == 0))
        {
            section.Warn("trustedNetworks", "has every client in it: all may use all our addresses without a login");
        }

        return networks;
    }

    private static IReadOnlyList<IPNetwork> ReadSharedNetworks(Section section, IReadOnlyList<Limit> limits)
    {
        var networks = section.List("sharedNetworks", ValueKinds.Network, []);
        if (networks.Any(network => network.PrefixLength == 0) && limits.Any(limit => limit.Key == LimitKey.Client))
        {
            section.Warn("sharedNetworks", "has every client in it: limits with the key client count nobody");
        }

        return networks;
    }

    private static ChecksOptions ReadIdentityBinding(Section section, ChecksOptions options, Dictionary<CheckName, CheckSettings> settings)
    {
        settings[CheckName.HeaderFrom] = settings[CheckName.IdentityBinding] with
        {
            Mode = section.Value("headerFrom", ValueKinds.Choice<CheckMode>(), CheckMode.Enforce),
        };
        return options with
        {
            TrustedNetworks = ReadTrustedNetworks(section),
            SendAsAnyone = section.List("sendAsAnyone", MailKinds.Login, []),
            NullSender = section.Value("nullSender", ValueKinds.Choice<NullSender>(), NullSender.Reject),
        };
    }
}
