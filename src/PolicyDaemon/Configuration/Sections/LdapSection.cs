using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>directory.ldap</c> section.</summary>
internal static class LdapSection
{
    private static readonly ValueKind<TimeSpan> NetworkTime = ValueKinds.Duration(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));

    public static LdapSourceOptions Read(Section ldap, TimeSpan deadline)
    {
        var options = new LdapSourceOptions
        {
            Urls = ldap.RequiredList("urls", LdapKinds.Url),
            StartTls = ldap.Value("startTls", ValueKinds.Flag, false),
            CaFile = ldap.Optional("caFile", ValueKinds.File),
            BindDn = ldap.Optional("bindDn", LdapKinds.Dn),
            BindPasswordFile = ldap.Optional("bindPasswordFile", ValueKinds.SecretFile),
            BaseDn = ldap.Required("baseDn", LdapKinds.Dn, ""),
            Filter = ldap.Value("filter", LdapKinds.Filter, "(objectClass=*)"),
            Mode = ldap.Value("mode", ValueKinds.Choice<LdapMode>(("sync", "cannot replicate (RFC 4533)")), LdapMode.Lookup),
            StaleFor = ldap.Value("staleFor", ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromDays(30)), TimeSpan.FromHours(4)),
            Timeout = ldap.Value("timeout", NetworkTime, TimeSpan.FromSeconds(1)),
            ConnectTimeout = ldap.Value("connectTimeout", NetworkTime, TimeSpan.FromSeconds(2)),
            Connections = (int)ldap.Value("connections", ValueKinds.Number("connections", 1, 64), 1),
            Attributes = ldap.Child("attributes", ReadAttributes),
        };
        RefuseBind(ldap, options);
        RefuseTls(ldap, options);
        RefuseTimes(ldap, options, deadline);
        return options;
    }

    private static LdapAttributeOptions ReadAttributes(Section attributes) => new()
    {
        Login = attributes.Value("login", LdapKinds.Attribute, "uid"),
        Addresses = ReadAddresses(attributes),
        SendAllowed = NullIfNone(attributes.Value("sendAllowed", LdapKinds.AttributeOrNone, "tnMailSendAllowed")),
        AccountStatus = NullIfNone(attributes.Value("accountStatus", LdapKinds.AttributeOrNone, "tnAccountStatus")),
        SendAs = attributes.Optional("sendAs", LdapKinds.Attribute),
        AllowedSenders = attributes.Optional("allowedSenders", LdapKinds.Attribute),
        Limits = attributes.Optional("limits", LdapKinds.Attribute),
    };

    private static IReadOnlyList<string> ReadAddresses(Section attributes)
    {
        var addresses = attributes.List("addresses", LdapKinds.Attribute, ["mail", "mailAlternateAddress"]);
        if (addresses.Count == 0) attributes.Complain("addresses", "is empty: expected at least one attribute, or no address would be anybody's");
        return addresses;
    }

    private static string? NullIfNone(string attribute) => attribute.Length == 0 ? null : attribute;

    private static void RefuseBind(Section ldap, LdapSourceOptions options)
    {
        if (ldap.IsSet("bindDn") && !ldap.IsSet("bindPasswordFile") && !ldap.IsSet("bindPassword")) ldap.Complain("bindDn", "has no password: expected directory.ldap.bindPasswordFile with it");
        if (!ldap.IsSet("bindDn") && ldap.IsSet("bindPasswordFile")) ldap.Complain("bindPasswordFile", "is for nobody: expected directory.ldap.bindDn with it");
        if (options.BindPasswordFile is not { } file) return;
        if (new FileInfo(file).Length == 0) ldap.Complain("bindPasswordFile", "is empty: expected the password in its first line");
        if (FileChecks.CanOthersRead(file)) ldap.Warn("bindPasswordFile", $"every user of this machine can read it: chmod o-rwx {file}");
    }

    private static void RefuseTls(Section ldap, LdapSourceOptions options)
    {
        var ldaps = options.Urls.Count(LdapKinds.IsLdaps);
        if (options.StartTls && ldaps > 0)
        {
            ldap.Complain("startTls", "is for ldap:// alone, an ldaps:// server speaks TLS from the start: expected false, or ldap:// in directory.ldap.urls");
        }

        var isEncrypted = options.StartTls || (ldaps > 0 && ldaps == options.Urls.Count);
        if (options.CaFile is not null && !options.StartTls && ldaps == 0)
        {
            ldap.Complain("caFile", "is for TLS, and there is none: expected ldaps:// in directory.ldap.urls, or directory.ldap.startTls true");
        }

        if (!isEncrypted && ldap.IsSet("bindDn") && options.Urls.Any(url => !LdapKinds.IsLdaps(url) && !url.IsLoopback))
        {
            ldap.Warn("urls", "the bind password crosses the network readable: set directory.ldap.startTls to true, or use ldaps://");
        }
    }

    private static void RefuseTimes(Section ldap, LdapSourceOptions options, TimeSpan deadline)
    {
        if (options.StaleFor > TimeSpan.Zero && options.StaleFor < deadline)
        {
            ldap.Complain("staleFor", $"is over before the first decision without LDAP is: expected 0s (never use old values) or at least the deadline of {Durations.Format(deadline)}");
        }

        if (options.Urls.Count > 1 && options.Timeout >= deadline)
        {
            ldap.Warn("timeout", $"leaves no time to ask the next server within the deadline of {Durations.Format(deadline)}: set it lower");
        }
    }
}
