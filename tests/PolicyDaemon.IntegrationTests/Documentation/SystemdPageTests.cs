using System.Text.RegularExpressions;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>The units that are shipped, as systemd reads them, and as docs/systemd.md shows them.</summary>
public sealed partial class SystemdPageTests : StackTests
{
    private static readonly string Units = Checkout.PathOf("packaging", "systemd");

    private static readonly string Page = File.ReadAllText(Checkout.PathOf("docs", "systemd.md"));

    [Fact]
    public async Task Systemd_has_nothing_to_say_about_the_units()
    {
        List<string> copies = [];
        foreach (string unit in Directory.EnumerateFiles(Units).Where(unit => Path.GetExtension(unit) is ".service" or ".socket"))
        {
            string text = (await File.ReadAllTextAsync(unit, TestContext.Current.CancellationToken))
                .Replace("/usr/bin/policydaemon", Path.Combine(AppContext.BaseDirectory, "policydaemon"), StringComparison.Ordinal);
            copies.Add(Root.WriteFile(Path.GetFileName(unit), text));
        }

        Assert.Equal(10, copies.Count);

        // It also looks at units of this machine that ours name, and complains of those.
        CommandResult result = await Command.RunAsync("systemd-analyze", ["verify", "--man=no", .. copies]);
        Assert.DoesNotContain("policydaemon", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exposure_is_at_most_1_5()
    {
        CommandResult result = await Command.RunAsync(
            "systemd-analyze", ["security", "--offline=true", "--no-pager", "--threshold=15", Path.Combine(Units, "policydaemon.service")]);
        Assert.True(result.ExitCode == 0, result.Output);
    }

    [Fact]
    public void Page_shows_the_units_as_they_are_shipped()
    {
        List<string> shown = [];
        foreach (Match unit in Unit().Matches(Page))
        {
            shown.Add(unit.Groups["name"].Value);
            Assert.Equal(File.ReadAllText(Path.Combine(Units, shown[^1])), unit.Groups["text"].Value);
        }

        Assert.Equal(["policydaemon-policy.socket", "policydaemon.service"], shown);
    }

    [Fact]
    public void Page_names_each_socket_with_its_address_and_group()
    {
        IEnumerable<string> rows = Directory.EnumerateFiles(Units, "*.socket").Order(StringComparer.Ordinal).Select(unit =>
        {
            string text = File.ReadAllText(unit);
            Assert.Contains("\nBacklog=4096\nService=policydaemon.service\n", text, StringComparison.Ordinal);
            return $"| `{Path.GetFileName(unit)}` | `{Setting(text, "ListenStream")}` | {(Setting(text, "SocketGroup") is { Length: > 0 } group ? $"`{group}`" : "")} |";
        });
        Assert.Equal(rows, Row().Matches(Page).Select(row => row.Value));
    }

    private static string Setting(string unit, string name) => Regex.Match(unit, $"^{name}=(.*)$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Groups[1].Value;

    [GeneratedRegex("^# /usr/lib/systemd/system/(?<name>.*)\n(?<text>(?:(?!```).*\n)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Unit();

    [GeneratedRegex(@"^\| `policydaemon-.*\.socket` \|.*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
