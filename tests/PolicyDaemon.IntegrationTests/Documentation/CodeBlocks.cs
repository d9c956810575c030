using System.Text.RegularExpressions;
using PolicyDaemon.MailStack;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>What the pages below <c>docs/</c> tell an administrator to write.</summary>
internal static partial class CodeBlocks
{
    /// <summary>The one code block of a page that begins so.</summary>
    public static string Find(string page, string beginning) => FindIn(File.ReadAllText(Checkout.PathOf("docs", page)), beginning);

    /// <param name="text">Of a page, perhaps with other names in it.</param>
    public static string FindIn(string text, string beginning) => Assert.Single(
        CodeBlock().Matches(text).Select(match => match.Groups["text"].Value), block => block.StartsWith(beginning, StringComparison.Ordinal));

    [GeneratedRegex(@"^```[a-z.]*\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlock();
}
