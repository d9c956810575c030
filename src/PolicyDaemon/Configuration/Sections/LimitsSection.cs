using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>limits</c> list: how much may pass in how long.</summary>
internal static class LimitsSection
{
    private static readonly ValueKind<TimeSpan> Window = ValueKinds.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(90));

    private static readonly ValueKind<long> Amount = ValueKinds.Number("", 1, 1_000_000_000_000) with
    {
        Name = "amount",
        Expected = "a whole number of messages, recipients or bytes, at least 1",
    };

    private static readonly ValueKind<long> Octets = ValueKinds.Size(1, 1L << 40) with { Name = "amount" };

    public static IReadOnlyList<Limit> Read(Section top)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return top.Children("limits", section => ReadOne(section, names));
    }

    private static Limit ReadOne(Section section, HashSet<string> names)
    {
        var name = section.Required("name", MailKinds.Name, "");
        var key = section.Required("key", ValueKinds.Choice<LimitKey>(), LimitKey.Everyone);
        var unit = section.Required("unit", ValueKinds.Choice<LimitUnit>(), LimitUnit.Messages);
        var limit = new Limit
        {
            Name = name,
            Key = key,
            Unit = unit,
            Amount = section.Required("limit", unit == LimitUnit.Bytes ? Octets : Amount, 1),
            Window = section.Required("per", Window, TimeSpan.FromHours(1)),
            Action = ToVerdict(section.Value("action", ValueKinds.Choice<LimitAction>(), LimitAction.Defer)),
            When = section.Value("when", ValueKinds.Choice<LimitWhen>(), LimitWhen.Always),
            PolicyContext = section.Optional("policyContext", ValueKinds.Text),
            Ipv4Prefix = (int)section.Value("ipv4Prefix", ValueKinds.Number("bits", 1, 32), 32),
            Ipv6Prefix = (int)section.Value("ipv6Prefix", ValueKinds.Number("bits", 1, 128), 64),
            ExemptLogins = section.List("exemptLogins", MailKinds.Login, []).ToHashSet(StringComparer.Ordinal),
            ExemptNetworks = section.List("exemptNetworks", ValueKinds.Network, []),
        };
        if (limit.Name.Length > 0 && !names.Add(limit.Name))
        {
            section.Complain("name", "another limit has this name: expected every limit under a name of its own");
        }

        if (limit.Name is MessageMaximum.SizeName or MessageMaximum.RecipientsName)
        {
            section.Complain("name", "is what the directory calls an account's own milter.maximumSize and milter.maximumRecipients: expected another");
        }

        RefuseCombinations(section, limit);
        return limit;
    }

    private static void RefuseCombinations(Section section, Limit limit)
    {
        if (limit is { Key: LimitKey.Login, When: LimitWhen.Unauthenticated })
        {
            section.Complain("when", "mail without a login has no login to count: expected authenticated or always with the key login");
        }

        if (limit is { Key: LimitKey.Recipient, Unit: LimitUnit.Bytes })
        {
            section.Complain("unit", "a recipient's mail is counted before its size is known: expected messages with the key recipient");
        }

        if (limit is { When: LimitWhen.Unauthenticated, ExemptLogins.Count: > 0 })
        {
            section.Complain("exemptLogins", "mail without a login has no login to exempt: expected none with when unauthenticated");
        }

        if (limit.Key == LimitKey.Client) return;
        foreach (var prefix in (string[])["ipv4Prefix", "ipv6Prefix"])
        {
            if (section.IsSet(prefix)) section.Complain(prefix, "is about client networks: expected it with the key client only");
        }
    }

    private static Verdict ToVerdict(LimitAction action) => action switch
    {
        LimitAction.Reject => Verdict.Reject,
        LimitAction.Hold => Verdict.Hold,
        _ => Verdict.Defer,
    };

    private enum LimitAction
    {
        Defer,
        Reject,
        Hold,
    }
}
