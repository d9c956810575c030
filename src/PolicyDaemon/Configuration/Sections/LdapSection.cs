using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>directory.ldap</c> section.</summary>
internal static class LdapSection
{
    private static readonly ValueKind<TimeSpan> NetworkTime = ValueKinds.Duration(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));

    /// <summary>
    /// A view is as old as the last word of its server. While all is well that is asked for every 10 s and may take 5 s to come.
    /// </summary>
    private static readonly TimeSpan LeastStaleForInSync = TimeSpan.FromSeconds(20);

    public static LdapSourceOptions Read(Section ldap, TimeSpan deadline)
    {
        var server = new LdapOptions
        {
            Urls = ldap.RequiredList("urls", LdapKinds.Url),
            StartTls = ldap.Value("startTls", ValueKinds.Flag, false),
            CaFile = ldap.Optional("caFile", LdapKinds.CaFile),
            BindDn = ldap.Optional("bindDn", LdapKinds.Dn),
            BindPasswordFile = ldap.Optional("bindPasswordFile", ValueKinds.SecretFile),
            BaseDn = ldap.Required("baseDn", LdapKinds.Dn, ""),
            Filter = ldap.Value("filter", LdapKinds.Filter, LdapFilter.Present("objectClass")),
            Timeout = ldap.Value("timeout", NetworkTime, TimeSpan.FromSeconds(1)),
            ConnectTimeout = ldap.Value("connectTimeout", NetworkTime, TimeSpan.FromSeconds(2)),
            Connections = (int)ldap.Value("connections", ValueKinds.Number("connections", 1, 64), 1),
            Attributes = ldap.Child("attributes", ReadAttributes),
            Values = ldap.Child("values", ReadValues),
        };
        var options = new LdapSourceOptions(
            server,
            ldap.Value("mode", ValueKinds.Choice<LdapMode>(), LdapMode.Sync),
            ldap.Value("staleFor", ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromDays(30)), TimeSpan.FromHours(4)),
            ldap.Optional("savedView", LdapKinds.FileToBeOrNone),
            ldap.Value("maxShrink", ValueKinds.Share, 0.2),
            ReadPasswords(ldap, server));
        RefuseBind(ldap, server);
        RefuseTls(ldap, server);
        RefuseTimes(ldap, options, deadline);
        WarnOfUnused(ldap, options);
        return options;
    }

    private static LdapAttributes ReadAttributes(Section attributes) => new()
    {
        Login = attributes.OneOrMore("login", LdapKinds.Attribute, ["uid"]),
        Addresses = attributes.OneOrMore("addresses", LdapKinds.Attribute, ["mail", "mailAlternateAddress"]),
        SendAllowed = NullIfNone(attributes.Value("sendAllowed", LdapKinds.AttributeOrNone, "tnMailSendAllowed")),
        AccountStatus = NullIfNone(attributes.Value("accountStatus", LdapKinds.AttributeOrNone, "tnAccountStatus")),
        SendAs = attributes.Optional("sendAs", LdapKinds.Attribute),
        AllowedSenders = attributes.Optional("allowedSenders", LdapKinds.Attribute),
        Limits = attributes.Optional("limits", LdapKinds.Attribute),
        UserdbUid = attributes.Optional("userdbUid", LdapKinds.Attribute),
        UserdbGid = attributes.Optional("userdbGid", LdapKinds.Attribute),
        UserdbHome = attributes.Optional("userdbHome", LdapKinds.Attribute),
        UserdbMail = attributes.Optional("userdbMail", LdapKinds.Attribute),
        UserdbQuota = attributes.Optional("userdbQuota", LdapKinds.Attribute),
    };

    private static LdapValues ReadValues(Section values)
    {
        var spelled = new LdapValues
        {
            True = values.OneOrMore("true", ValueKinds.Text, ["TRUE"]),
            False = values.OneOrMore("false", ValueKinds.Text, ["FALSE"]),
            QuotaUnit = values.Value("quotaUnit", LdapKinds.QuotaUnit, "B")[0],
        };
        if (spelled.False.Intersect(spelled.True, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both)
        {
            values.Complain(
                "false",
                $"{JsonText.Quote(both)} is in directory.ldap.values.true too (case does not count): expected it in one of the two");
        }

        return spelled;
    }

    /// <summary>Nobody's password crosses the network readable, unless somebody wrote down that it shall: and that is a mistake.</summary>
    private static LdapPasswords ReadPasswords(Section ldap, LdapOptions server)
    {
        var isReadable = !server.StartTls && server.Urls.Any(url => !url.IsTls && !LdapKinds.IsLocal(url));
        var passwords = ldap.OptionalChoice("passwords", ValueKinds.Choice<LdapPasswords>());
        if (passwords == LdapPasswords.Bind && isReadable)
        {
            ldap.Complain(
                "passwords",
                "would cross the network readable: expected directory.ldap.startTls true, or ldaps:// in directory.ldap.urls, or none here");
        }

        if (passwords == LdapPasswords.UserPassword && isReadable)
        {
            ldap.Warn(
                "passwords",
                "every hash that is asked for crosses the network readable, and so does what is written in clear: set directory.ldap.startTls to true, or use ldaps://");
        }

        return passwords ?? (isReadable ? LdapPasswords.None : LdapPasswords.Bind);
    }

    private static string? NullIfNone(string attribute) => attribute.Length == 0 ? null : attribute;

    private static void RefuseBind(Section ldap, LdapOptions server)
    {
        if (ldap.IsSet("bindDn") && !ldap.IsSet("bindPasswordFile") && !ldap.IsSet("bindPassword"))
        {
            ldap.Complain("bindDn", "has no password: expected directory.ldap.bindPasswordFile with it");
        }

        if (!ldap.IsSet("bindDn") && ldap.IsSet("bindPasswordFile"))
        {
            ldap.Complain("bindPasswordFile", "is for nobody: expected directory.ldap.bindDn with it");
        }

        ldap.WarnOfReaders("bindPasswordFile", server.BindPasswordFile);
    }

    private static void RefuseTls(Section ldap, LdapOptions server)
    {
        if (server.StartTls && server.Urls.Any(url => url.IsTls))
        {
            ldap.Complain(
                "startTls",
                "is for ldap:// alone, an ldaps:// server speaks TLS from the start: expected false, or ldap:// in directory.ldap.urls");
        }

        if (ldap.IsSet("caFile") && !server.StartTls && !server.Urls.Any(url => url.IsTls))
        {
            ldap.Complain(
                "caFile", "is for TLS, and there is none: expected ldaps:// in directory.ldap.urls, or directory.ldap.startTls true");
        }

        foreach (var (index, url) in server.Urls.Index())
        {
            if (server.StartTls || url.IsTls || LdapKinds.IsLocal(url) || !ldap.IsSet("bindDn")) continue;
            ldap.Warn(
                Section.Element("urls", index),
                "the bind password crosses the network readable: set directory.ldap.startTls to true, or use ldaps://");
        }
    }

    private static void RefuseTimes(Section ldap, LdapSourceOptions options, TimeSpan deadline)
    {
        var shown = Durations.Format(deadline);
        if (options.Mode == LdapMode.Sync && options.StaleFor < LeastStaleForInSync)
        {
            ldap.Complain(
                "staleFor",
                "is too short for mode sync, where a server is heard every 10s while all is well: expected at least " +
                $"{Durations.Format(LeastStaleForInSync)}, or directory.ldap.mode lookup");
        }
        else if (options.StaleFor > TimeSpan.Zero && options.StaleFor < deadline)
        {
            ldap.Complain(
                "staleFor",
                $"is over before the first decision without LDAP is: expected 0s (use no old values) or at least the deadline of {shown}");
        }

        if (options.Server.Timeout >= deadline)
        {
            var missing = options.Server.Urls.Count > 1 ? "ask the next server" : "use the last known values";
            ldap.Warn("timeout", $"leaves no time to {missing} within the deadline of {shown}: set it lower");
        }
    }

    private static void WarnOfUnused(Section ldap, LdapSourceOptions options)
    {
        if (options.Mode == LdapMode.Sync) return;
        foreach (var key in (string[])["savedView", "maxShrink"])
        {
            if (ldap.IsSet(key)) ldap.Warn(key, "does nothing in mode lookup, which keeps no view: remove it, or set directory.ldap.mode to sync");
        }
    }
}
