using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary><c>docs/decisions.md</c> says what the engine does: reasons, replies, the order of the checks, what a status leaves.</summary>
public sealed partial class DecisionsDocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "decisions.md"));

    [Fact]
    public void Every_reason_is_listed_once_and_every_listed_reason_exists() =>
        Assert.Equal(
            Reason.All.Select(reason => reason.Name).Order(StringComparer.Ordinal),
            ReasonRow().Matches(Page).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_reply_of_the_engine_is_on_the_page_and_every_reply_on_the_page_is_the_engines()
    {
        var replies = typeof(DecisionEngine).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(SmtpReply))
            .Select(field => ((SmtpReply)field.GetValue(null)!).Line);
        var listed = ReplyLine().Matches(Page).Select(match => match.Groups["line"].Value).Distinct();

        Assert.Equal(replies.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Checks_are_listed_in_the_order_in_which_they_are_asked() =>
        Assert.Equal(
            Enum.GetNames<CheckName>().Select(JsonNamingPolicy.CamelCase.ConvertName),
            OrderRow().Matches(Page).Select(match => match.Groups["check"].Value));

    [Fact]
    public void Statuses_leave_the_rights_that_the_page_says()
    {
        var rows = StatusRow().Matches(Page).Where(match => Mail.Statuses.ContainsKey(match.Groups["status"].Value)).ToList();

        Assert.Equal(Mail.Statuses.Count, rows.Count);
        Assert.All(rows, row => Assert.Equal(Mail.Statuses[row.Groups["status"].Value], RightsOf(row)));
    }

    private static Rights RightsOf(Match row) =>
        (row.Groups["send"].Value == "yes" ? Rights.Send : Rights.None) |
        (row.Groups["login"].Value == "yes" ? Rights.Login : Rights.None) |
        (row.Groups["receive"].Value == "yes" ? Rights.Receive : Rights.None);

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ReasonRow();

    [GeneratedRegex(@"`(?<line>[45]\d\d [45]\.\d\.\d [^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex ReplyLine();

    [GeneratedRegex(@"^\| \d \| `(?<check>[a-zA-Z]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OrderRow();

    [GeneratedRegex(@"^\|.*status `(?<status>[a-z]+)` \| (?<send>yes|no) \| (?<login>yes|no) \| (?<receive>yes|no) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex StatusRow();
}
