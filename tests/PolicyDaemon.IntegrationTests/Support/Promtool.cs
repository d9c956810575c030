using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Prometheus' own tool for rules.</summary>
internal static class Promtool
{
    /// <summary>Those that are shipped.</summary>
    public static string Rules { get; } = Checkout.PathOf("docs", "monitoring", "policydaemon.rules.yml");

    public static async Task RunAsync(params string[] arguments)
    {
        CommandResult result = await Command.RunAsync("promtool", arguments);
        Assert.True(result.ExitCode == 0, $"{result.Output}{result.Error}");
    }
}
