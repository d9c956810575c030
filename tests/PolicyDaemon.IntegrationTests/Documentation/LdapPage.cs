using System.Text.RegularExpressions;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>What docs/ldap.md tells an administrator to write, for <c>truenorth.local</c> in place of <c>example.org</c>.</summary>
internal static partial class LdapPage
{
    public static string Schema => Read("docs", "ldap", "truenorth.schema");

    public static string SchemaLdif => Read("docs", "ldap", "truenorth.ldif");

    /// <summary>The code block that begins with this line.</summary>
    public static string Block(string firstLine) => Assert.Single(
        CodeBlock().Matches(Read("docs", "ldap.md")).Select(match => match.Groups["text"].Value),
        block => block.StartsWith(firstLine, StringComparison.Ordinal));

    private static string Read(params string[] path) => File.ReadAllText(Checkout.PathOf(path))
        .Replace("dc=example,dc=org", TruenorthDirectory.Suffix, StringComparison.Ordinal)
        .Replace("example.org", TruenorthDirectory.Domain, StringComparison.Ordinal);

    [GeneratedRegex(@"^```[a-z]*\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlock();
}
