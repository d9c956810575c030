using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>What docs/ldap.md tells an administrator to write, for <c>truenorth.local</c> in place of <c>example.org</c>.</summary>
internal static class LdapPage
{
    public static string Schema => Read("docs", "ldap", "truenorth.schema");

    public static string SchemaLdif => Read("docs", "ldap", "truenorth.ldif");

    /// <summary>The code block that begins with this line.</summary>
    public static string Block(string firstLine) => CodeBlocks.FindIn(Read("docs", "ldap.md"), firstLine);

    private static string Read(params string[] path) => File.ReadAllText(Checkout.PathOf(path))
        .Replace("dc=example,dc=org", TruenorthDirectory.Suffix, StringComparison.Ordinal)
        .Replace("example.org", TruenorthDirectory.Domain, StringComparison.Ordinal);
}
