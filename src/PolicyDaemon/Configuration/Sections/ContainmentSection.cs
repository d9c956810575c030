using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Containment;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>containment</c> list: what turns into a block by itself.</summary>
internal static class ContainmentSection
{
    private static readonly ValueKind<TimeSpan> Window = ValueKinds.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));

    private static readonly ValueKind<TimeSpan> Length = ValueKinds.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));

    public static IReadOnlyList<ContainmentRule> Read(
        Section top, IReadOnlyList<Limit> limits, ChecksOptions checks, IReadOnlyList<CheckOverride> overrides)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return top.Children("containment", section =>
        {
            var rule = ReadOne(section);
            if (rule.Name.Length > 0 && !names.Add(rule.Name))
            {
                section.Complain("name", "another rule has this name: expected every rule under a name of its own");
            }

            RefuseCombinations(section, rule);
            WarnWhenIdle(section, rule, limits, checks, overrides);

            // What is nobody's own for a limit is nobody's own here.
            return rule with { ExemptNetworks = [.. rule.ExemptNetworks, .. checks.SharedNetworks] };
        });
    }

    private static ContainmentRule ReadOne(Section section) => new()
    {
        Name = section.Required("name", MailKinds.Name, ""),
        On = section.Required("on", ValueKinds.Choice<ContainmentTrigger>(), ContainmentTrigger.LimitRefusals),
        Count = (int)section.Required("count", ValueKinds.Number("number", 1, 1000), 1),
        Within = section.Required("within", Window, TimeSpan.FromMinutes(10)),
        BlockFor = section.Required("block", Length, TimeSpan.FromHours(1)),
        Action = section.Value("action", ValueKinds.Choice<BlockAction>(), BlockAction.Reject),
        Ipv4Prefix = (int)section.Value("ipv4Prefix", ValueKinds.Number("bits", 1, 32), 24),
        Ipv6Prefix = (int)section.Value("ipv6Prefix", ValueKinds.Number("bits", 1, 128), 48),
        ExemptLogins = section.List("exemptLogins", MailKinds.Login, []).ToHashSet(StringComparer.Ordinal),
        ExemptNetworks = section.List("exemptNetworks", ValueKinds.Network, []),
    };

    private static void RefuseCombinations(Section section, ContainmentRule rule)
    {
        if (rule is { On: ContainmentTrigger.ClientNetworks, Count: 1 })
        {
            section.Complain("count", "every login comes from one network: expected at least 2 with clientNetworks");
        }

        if (rule.On == ContainmentTrigger.ClientNetworks) return;
        foreach (var key in (string[])["ipv4Prefix", "ipv6Prefix", "exemptNetworks"])
        {
            if (section.IsSet(key)) section.Complain(key, "is about client networks: expected it with clientNetworks only");
        }
    }

    private static void WarnWhenIdle(
        Section section, ContainmentRule rule, IReadOnlyList<Limit> limits, ChecksOptions checks, IReadOnlyList<CheckOverride> overrides)
    {
        if (rule.On == ContainmentTrigger.LimitRefusals && limits.Count == 0)
        {
            section.Warn("on", "there are no limits that could refuse anything: this rule never blocks");
        }
        else if (rule.On == ContainmentTrigger.LimitRefusals && !IsEnforced(CheckName.RateLimit))
        {
            section.Warn("on", "checks.rateLimit refuses nothing in its mode: this rule never blocks");
        }
        else if (rule.On == ContainmentTrigger.UnknownRecipients && !IsEnforced(CheckName.RecipientExistence))
        {
            section.Warn("on", "checks.recipientExistence refuses nothing in its mode: this rule never blocks");
        }

        bool IsEnforced(CheckName check) =>
            !checks.Settings.TryGetValue(check, out var settings) || settings.Mode == CheckMode.Enforce ||
            overrides.Any(candidate => candidate.Check == check && candidate.Mode == CheckMode.Enforce);
    }
}
