using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>How the daemon would be configured for a private slapd.</summary>
internal static class SlapdAccess
{
    /// <summary>The attributes without a name space, which are strings and take any value.</summary>
    public static LdapAttributes PlainAttributes { get; } = new()
    {
        Addresses = ["mail", "mailAlternateAddress"],
        SendAllowed = "mailSendAllowed",
        AccountStatus = "mailAccountStatus",
        SendAs = "tnMailSendAs",
        AllowedSenders = "tnMailAllowedSenders",
        Limits = "tnMailLimits",
    };

    /// <summary>Not the default of a second: a busy machine stands still that long, and a server that is well must not look hung.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(3);

    public static LdapOptions Options(MailStackRoot root, params SlapdServer[] servers)
    {
        var passwordFile = root.PathOf("policydaemon.password");
        File.WriteAllText(passwordFile, TruenorthDirectory.ServicePassword + "\n");
        return new LdapOptions
        {
            Urls = [.. servers.Select(server => Url(server.Url))],
            CaFile = root.Certificates.AuthorityFile,
            BindDn = TruenorthDirectory.ServiceDn,
            BindPasswordFile = passwordFile,
            Timeout = Timeout,
            ConnectTimeout = Timeout,
            BaseDn = TruenorthDirectory.Suffix,
            Filter = LdapFilter.Parse("(mail=*)"),
            Attributes = PlainAttributes with { SendAllowed = "tnMailSendAllowed", AccountStatus = "tnAccountStatus" },
        };
    }

    public static LdapUrl Url(string text) =>
        LdapUrl.TryParse(text, out var url, out var error) ? url : throw new FormatException($"{text}: {error}");
}
