using System.Reflection;
using System.Text.RegularExpressions;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

public sealed partial class LoggingDocumentationTests
{
    [Fact]
    public void Every_event_is_listed_and_every_listed_event_exists()
    {
        string page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "logging.md"));
        IEnumerable<string> listed = EventCell().Matches(page).Select(match => match.Groups["name"].Value).Distinct();
        IEnumerable<string> written = typeof(LogEvents).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(written.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    /// <summary>The first cell of a table row whose second is a level.</summary>
    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| (debug|information|warning|error) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex EventCell();
}
