using System.Collections.Frozen;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>milter</c> section: rules on what only the message can tell.</summary>
internal static class MilterSection
{
    private static readonly ValueKind<long> Octets = ValueKinds.Size(1, 1L << 40);

    private static readonly ValueKind<long> Recipients = ValueKinds.Number("recipients", 1, 1_000_000);

    public static MessageRules Read(Section top, ListenOptions listen)
    {
        var rules = top.Child("milter", ReadRules);
        if (listen.Milter.Count == 0 && (rules.NeedsHeader || rules.NeedsSize || rules.Recipients.IsSet))
        {
            top.Warn("milter", "has rules, but listen.milter has no endpoint: nobody shows messages to the daemon");
        }

        return rules;
    }

    private static MessageRules ReadRules(Section milter)
    {
        var looksAtFrom = milter.Value("headerFrom", ValueKinds.Flag, true);
        var size = milter.OptionalNumber("maximumSize", Octets);
        var recipients = milter.OptionalNumber("maximumRecipients", Recipients);
        var domains = milter.Children("perDomain", ReadDomain);
        foreach (var (_, index) in domains.Select((domain, index) => (domain, index)).GroupBy(pair => pair.domain.Domain, StringComparer.Ordinal).SelectMany(same => same.Skip(1)))
        {
            milter.Complain(Section.Join(Section.Element("perDomain", index), "domain"), "was named by an earlier element: expected once");
        }

        return new MessageRules
        {
            LooksAtFrom = looksAtFrom,
            Size = Maximum(MessageMaximum.SizeName, size, domains, domain => domain.Size),
            Recipients = Maximum(MessageMaximum.RecipientsName, recipients, domains, domain => domain.Recipients),
            Quarantine = milter.List("quarantine", ValueKinds.Choice<MessageRule>(), []).ToFrozenSet(),
            Unwanted = new UnwantedFields
            {
                AuthservIds = milter.List("authservIds", MailKinds.AuthservId, []).ToFrozenSet(StringComparer.Ordinal),
                OnArrival = milter.List("removeOnArrival", MailKinds.FieldName, []),
                OnSubmission = milter.List("removeOnSubmission", MailKinds.FieldName, []),
            },
        };
    }

    private static DomainMaximums ReadDomain(Section section)
    {
        var maximums = new DomainMaximums(
            section.Required("domain", MailKinds.Domain, ""), section.OptionalNumber("maximumSize", Octets), section.OptionalNumber("maximumRecipients", Recipients));
        if (!section.IsSet("maximumSize") && !section.IsSet("maximumRecipients"))
        {
            section.Complain("", "changes nothing: expected maximumSize, maximumRecipients, or both");
        }

        return maximums;
    }

    private static MessageMaximum Maximum(string name, long? amount, IReadOnlyList<DomainMaximums> domains, Func<DomainMaximums, long?> ofDomain)
    {
        var perDomain = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var domain in domains)
        {
            if (ofDomain(domain) is { } own) perDomain[domain.Domain] = own;
        }

        return new MessageMaximum(name, amount) { PerDomain = perDomain.ToFrozenDictionary(StringComparer.Ordinal) };
    }

    private sealed record DomainMaximums(string Domain, long? Size, long? Recipients);
}
