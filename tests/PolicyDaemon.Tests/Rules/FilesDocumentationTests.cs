using System.Text.RegularExpressions;
using PolicyDaemon.Backends.Files;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Tests.Daemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>What <c>docs/files.md</c> shows is read as it says.</summary>
public sealed partial class FilesDocumentationTests : IDisposable
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "files.md"));

    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_configuration_on_the_page_is_a_good_one()
    {
        folder.Write("postfix-accounts.cf", "alice@example.org|x\n");
        folder.Write("postfix-virtual.cf", "sales@example.org alice@example.org\n");
        var blocks = Blocks("jsonc").ToList();
        Assert.Equal(2, blocks.Count);
        Assert.All(blocks, block =>
        {
            var loaded = folder.Load(folder.WithFilesOfThisTest(block));
            Assert.Empty(loaded.Errors);
            Assert.Empty(loaded.Warnings);
        });
    }

    [Fact]
    public void Lines_of_accounts_are_read()
    {
        var entries = new PasswdText(new FileDirectoryOptions(), new AddressNormalizer("+")).Read(Assert.Single(Blocks("passwd")), "users", out var fault);
        Assert.True(entries is not null, fault);
        Assert.Equal(["alice@example.org", "bob@example.org"], entries.Select(entry => entry.Login));
        Assert.All(entries, entry => Assert.Equal(1L << 30, entry.QuotaOctets));
    }

    /// <summary>A field of the table that nobody reads would be a promise that nobody keeps: each must make a difference.</summary>
    [Fact]
    public void Every_field_of_the_table_is_read()
    {
        var fields = FieldRow().Matches(Page).SelectMany(row => FieldName().Matches(row.Value.Split('|')[1]).Select(match => match.Groups["field"].Value)).ToList();
        Assert.True(fields.Count >= 14, string.Join(' ', fields));
        Assert.All(fields, field => Assert.NotEqual(Describe(""), Describe(field)));
    }

    private static string Describe(string field)
    {
        var line = $"alice@example.org:{{PLAIN}}x::::::{field}\n";
        var entry = Assert.Single(new PasswdText(new FileDirectoryOptions(), new AddressNormalizer("+")).Read(line, "users", out _)!);
        return string.Join(
            '\n', entry.StoredPassword, entry.AccountLogin, entry.AllowedNets, entry.SendAllowed, entry.Status, entry.QuotaOctets, entry.Mailbox, Join(entry.Addresses), Join(entry.SendAs), Join(entry.AllowedSenders), entry.Limits.Count);
    }

    private static string Join(IEnumerable<EmailAddress> addresses) => string.Join(',', addresses.Select(address => address.Text));

    private static IEnumerable<string> Blocks(string language) =>
        CodeBlock().Matches(Page).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value);

    [GeneratedRegex(@"^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\| `(?:userdb_|nologin|allow_nets|user=|send|account|addresses|allowed|limits).*$", RegexOptions.Multiline)]
    private static partial Regex FieldRow();

    [GeneratedRegex(@"`(?<field>[a-z_]+(?:=[^`]*)?)`", RegexOptions.ExplicitCapture)]
    private static partial Regex FieldName();
}
