using System.Text.Json.Nodes;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>How the daemon is told of a private slapd: the section <c>directory.ldap</c> of its configuration.</summary>
public static class LdapSection
{
    public const string Sync = "sync";

    public const string Lookup = "lookup";

    /// <summary>The service account over StartTLS, and the attributes of <see cref="Slapd.TruenorthDirectory"/>.</summary>
    /// <param name="urls">Of the servers, or of links in front of them.</param>
    /// <param name="mode"><see cref="Sync"/>, the default of the daemon, or <see cref="Lookup"/>.</param>
    public static JsonObject For(MailStackRoot root, IEnumerable<string> urls, string mode = Sync) => new()
    {
        ["urls"] = new JsonArray([.. urls.Select(url => JsonValue.Create(url))]),
        ["startTls"] = true,
        ["caFile"] = root.Certificates.AuthorityFile,
        ["bindDn"] = ServiceDn,
        ["bindPasswordFile"] = root.WriteFile("ldap.password", ServicePassword + "\n", 0b110_000_000),
        ["baseDn"] = People,
        ["mode"] = mode,
        ["attributes"] = new JsonObject
        {
            ["sendAs"] = "tnMailSendAs",
            ["allowedSenders"] = "tnMailAllowedSenders",
            ["limits"] = "tnMailLimits",
        },
    };
}
