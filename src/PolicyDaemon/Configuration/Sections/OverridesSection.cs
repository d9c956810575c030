using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>overrides</c> list: checks that are set differently for a domain, a policy_context, or both together.</summary>
internal static class OverridesSection
{
    public static IReadOnlyList<CheckOverride> Read(Section top, DirectoryOptions directory, IReadOnlyList<Limit> limits)
    {
        var seen = new HashSet<(string?, string?, CheckName)>();
        return [.. top.Children("overrides", section => ReadOne(section, directory, limits, seen)).SelectMany(all => all)];
    }

    private static List<CheckOverride> ReadOne(
        Section section, DirectoryOptions directory, IReadOnlyList<Limit> limits, HashSet<(string?, string?, CheckName)> seen)
    {
        var domain = section.Optional("domain", MailKinds.Domain);
        var context = section.Optional("policyContext", ValueKinds.Text);
        var overrides = section.Child("checks", checks => ReadChecks(checks, domain, context, limits));
        if (!section.IsSet("domain") && !section.IsSet("policyContext"))
        {
            section.Complain(
                "", "is for everything: expected a domain, a policyContext, or both; what is for everything belongs in checks");
        }

        if (overrides.Count == 0 && !section.HasValues("checks"))
        {
            section.Complain("checks", "changes nothing: expected at least one check with mode, whenUnavailable or reply");
        }

        foreach (var check in overrides.Select(setting => ChecksSection.OwnerOf(setting.Check)).Distinct().Where(check => !seen.Add((domain, context, check))))
        {
            section.Complain(
                $"checks:{ValueKinds.Word(check)}",
                "was set by an earlier override for the same domain and policyContext: expected once");
        }

        // With SQLite the domain may be in its table.
        if (domain is not null && directory.Sqlite is null && !directory.Domains.Contains(domain, StringComparer.Ordinal))
        {
            section.Warn("domain", "is not in directory.domains: this override is about senders there, never about recipients");
        }

        return overrides;
    }

    private static CheckMode? ReadHeaderFrom(Section section) => section.OptionalChoice("headerFrom", ValueKinds.Choice<CheckMode>());

    private static List<CheckOverride> ReadChecks(Section checks, string? domain, string? context, IReadOnlyList<Limit> limits)
    {
        var overrides = new List<CheckOverride>();
        checks.Never("storage", "a disk belongs to no domain and to no service: expected it in checks, for all");
        foreach (var check in ChecksSection.WithSection.Where(check => check != CheckName.Storage))
        {
            var settings = checks.Child(ValueKinds.Word(check), section =>
            {
                var mode = section.OptionalChoice("mode", ValueKinds.Choice<CheckMode>());
                var whenUnavailable = section.OptionalChoice("whenUnavailable", ValueKinds.Choice<WhenUnavailable>());
                var reply = ChecksSection.ReadReply(section, check);
                ChecksSection.RefuseReply(section, check, reply, limits);
                var own = new CheckOverride(domain, context, check, mode, whenUnavailable, reply);
                return check == CheckName.IdentityBinding ? [own, own with { Check = CheckName.HeaderFrom, Mode = ReadHeaderFrom(section) }] : new[] { own };
            });
            overrides.AddRange(settings.Where(setting => setting is not { Mode: null, WhenUnavailable: null, Reply: null }));
        }

        return overrides;
    }
}
