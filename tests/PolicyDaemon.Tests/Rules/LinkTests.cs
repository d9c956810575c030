using System.Text.RegularExpressions;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>Who begins with the README comes to every page, and no link leads nowhere.</summary>
public sealed partial class LinkTests
{
    private static readonly string Docs = Path.Combine(Checkout.Directory, "docs");

    private static IEnumerable<string> Pages => Directory.GetFiles(Docs, "*.md").Append(Path.Combine(Checkout.Directory, "README.md")).Append(Path.Combine(Checkout.Directory, "ansible", "README.md"));

    [Fact]
    public void Readme_links_to_every_page()
    {
        var readme = File.ReadAllText(Path.Combine(Checkout.Directory, "README.md"));

        Assert.All(Directory.GetFiles(Docs, "*.md"), page => Assert.Contains($"(docs/{Path.GetFileName(page)})", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_are_there()
    {
        var broken = from page in Pages
                     from Match link in Link().Matches(CodeBlock().Replace(File.ReadAllText(page), ""))
                     where !IsThere(page, link.Groups["file"].Value, link.Groups["heading"].Value)
                     select $"{Path.GetFileName(page)}: {link.Value}";

        Assert.Empty(broken);
    }

    /// <param name="file">As the page at <paramref name="page"/> names it; empty: that page.</param>
    /// <param name="heading">Its slug; empty: none is asked for.</param>
    internal static bool IsThere(string page, string file, string heading)
    {
        var target = file.Length == 0 ? page : Path.GetFullPath(file, Path.GetDirectoryName(page)!);
        if (heading.Length == 0) return Path.Exists(target);
        return File.Exists(target) && Heading().Matches(CodeBlock().Replace(File.ReadAllText(target), "")).Any(one => Slug(one.Groups["text"].Value) == heading);
    }

    /// <summary>As GitHub and GitLab name a heading: lower case, signs left out, blanks to hyphens.</summary>
    private static string Slug(string heading) => Sign().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?![a-z]+:)(?<file>[^)#\s]*)(#(?<heading>[^)\s]*))?\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.CultureInvariant)]
    private static partial Regex Sign();
}
