using System.Text.RegularExpressions;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>The units of docs/systemd.md, as systemd reads them. Without a running systemd, so not that they start.</summary>
public sealed partial class SystemdPageTests : StackTests
{
    [Fact]
    public async Task Systemd_has_nothing_to_say_about_the_units()
    {
        string page = await File.ReadAllTextAsync(Checkout.PathOf("docs", "systemd.md"), TestContext.Current.CancellationToken);
        string program = Path.Combine(AppContext.BaseDirectory, "policydaemon");
        List<string> units = [];
        foreach (Match unit in Unit().Matches(page))
        {
            units.Add(unit.Groups["name"].Value);
            Root.WriteFile(units[^1], unit.Groups["text"].Value.Replace("/opt/policydaemon/policydaemon", program, StringComparison.Ordinal));
        }

        Assert.Equal(["policydaemon-postfix.socket", "policydaemon-dovecot.socket", "policydaemon-root.socket", "policydaemon.service"], units);
        CommandResult result = await Command.RunAsync("systemd-analyze", ["verify", .. units.Select(unit => Root.PathOf(unit))]);

        // It also looks at units of this machine that ours name, and complains of those.
        Assert.DoesNotContain("policydaemon", result.Error, StringComparison.Ordinal);
        Assert.Contains($"\nSockets={string.Join(' ', units.SkipLast(1))}\n", page, StringComparison.Ordinal);
    }

    [GeneratedRegex("^# /etc/systemd/system/(?<name>.*)\n(?<text>(?:(?!```).*\n)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Unit();
}
