using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Smtp;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The daemon reads Postfix's queue with the rights that its unit gives it, and says what is missing without them.</summary>
public abstract class QueueRightsTests : StackTests
{
    protected abstract int Debian { get; }

    [Fact]
    public async Task Queue_is_read_with_the_group_postdrop_and_no_other_right_and_without_it_the_log_names_the_mend()
    {
        PostfixServer postfix = await PostfixServer.StartAsync(Root, new()
        {
            System = Debian == 12 ? DebianSystem.Host : await DebianSystem.GetTrixieAsync(),
            MainCf = ["defer_transports = discard"],
        });
        await using (SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp")))
            (await dialog.SubmitAsync("someone@elsewhere.example", "alice@truenorth.local")).EnsureSuccess();

        DaemonProcess without = await StartAsync("without");
        string said = await without.Log.WaitForAsync("watch_blind subject=queue_messages");
        Assert.Contains("Permission denied", said, StringComparison.Ordinal);
        Assert.Contains("SupplementaryGroups=postdrop", said, StringComparison.Ordinal);
        Assert.Contains("SupplementaryGroups=postdrop", (await without.RunAsync(["status"])).Output, StringComparison.Ordinal);

        DaemonProcess daemon = await StartAsync("with", "postdrop");
        Assert.Contains("1 messages wait", await daemon.Log.WaitForAsync("watch_alert subject=queue_messages"), StringComparison.Ordinal);
        Assert.DoesNotContain("watch_blind", daemon.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.Equal(["1", "0000000000000000"], await ReadRightsAsync(daemon));
    }

    private Task<DaemonProcess> StartAsync(string name, params string[] groups) => DaemonProcess.StartAsync(
        Root,
        new JsonObject
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Root.PathOf(name, "policy.sock")}"),
                ["admin"] = $"unix:{Root.PathOf(name, "admin.sock")}",
            },
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = Root.PathOf(name, "policydaemon.db") } },
            ["watch"] = new JsonObject
            {
                ["queueDirectory"] = PostfixServer.PathInQueueDirectory(Root, "").TrimEnd('/'),
                ["queueWarning"] = 1,
                ["queueInterval"] = "1s",
            },
        }.ToJsonString(),
        new() { Name = name, User = "nobody", Group = "nogroup", SupplementaryGroups = groups });

    /// <summary>proc(5): whether it may never get more rights, and those of root that it has.</summary>
    private static async Task<IEnumerable<string>> ReadRightsAsync(DaemonProcess daemon) =>
        (await File.ReadAllLinesAsync($"/proc/{daemon.Id}/status"))
            .Where(line => line.StartsWith("NoNewPrivs:", StringComparison.Ordinal) || line.StartsWith("CapEff:", StringComparison.Ordinal))
            .Select(line => line.Split('\t')[1])
            .OrderByDescending(value => value.Length == 1);
}

public sealed class QueueRightsOnPostfix37Tests : QueueRightsTests
{
    protected override int Debian => 12;
}

public sealed class QueueRightsOnPostfix310Tests : QueueRightsTests
{
    protected override int Debian => 13;
}
