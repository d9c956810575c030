using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A disk runs full and a queue grows long: the daemon says so, and keeps the room that is left for those who work here.</summary>
public abstract class WatchTests : ScenarioTests
{
    private const int DiskKilobytes = 1024;

    private TemporaryFileSystem disk = null!;

    private string? notify;

    protected override async ValueTask PrepareAsync()
    {
        disk = await TemporaryFileSystem.MountAsync(Root.PathOf("mailstore"), DiskKilobytes);
        await base.PrepareAsync();
    }

    protected override async ValueTask ReleaseAsync() => await disk.DisposeAsync();

    protected override void Configure(JsonObject configuration)
    {
        configuration["watch"] = new JsonObject
        {
            ["mailStore"] = disk.Directory,
            ["queueDirectory"] = PostfixServer.PathInQueueDirectory(Root, "").TrimEnd('/'),
            ["freeWarning"] = "600K",
            ["freeCritical"] = "200K",
            ["queueWarning"] = 3,
            ["interval"] = "1s",
            ["queueInterval"] = "1s",
        };
        if (notify is not null) configuration["notify"] = new JsonObject { ["mailTo"] = new JsonArray(AddressOf("grace")), ["smtp"] = notify };
    }

    [Fact]
    public async Task Full_disk_is_announced_before_it_is_full_and_stops_mail_from_outside_alone_until_there_is_room()
    {
        notify = $"inet:{Postfix.EndpointOf("smtp")}";
        Daemon.Reload(Mail.Configuration().ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded");
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));

        disk.Fill(DiskKilobytes / 2);
        await Daemon.Log.WaitForAsync("warning watch_alert subject=mail_store level=warning threshold=\"600K free\"");
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));

        await Dovecot.WaitForMessageAsync("grace", "the disk of the mail store is at its warning threshold");

        disk.Fill(DiskKilobytes * 9 / 10);
        await Daemon.Log.WaitForAsync("error watch_alert subject=mail_store level=critical threshold=\"200K free\"");
        AssertReply("452 4.3.1", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
        AssertReply("452 4.3.1", await outsider.SubmitAsync("someone@elsewhere.example", "postmaster"));
        AssertReply("250", await outsider.SendAsync("RSET"));
        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        await Daemon.Log.WaitForAsync("action=defer check=storage reason=storage_full");
        CommandResult status = await Daemon.RunAsync(["status"]);
        Assert.Matches(@"the disk of the mail store\s+critical\s+[0-9.]+% free", status.Output);

        disk.Fill(0);
        await Daemon.Log.WaitForAsync("watch_settled subject=mail_store level=normal");
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
    }

    [Fact]
    public async Task Queue_that_grows_long_is_announced_and_a_postfix_that_is_gone_stops_nothing()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await Dovecot.StopAsync();
        for (int i = 0; i < 3; i++)
            AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob")));

        await Daemon.Log.WaitForAsync("warning watch_alert subject=queue_messages level=warning threshold=\"3 messages\"");
        CommandResult status = await Daemon.RunAsync(["status"]);
        Assert.Matches(@"Postfix's queue\s+warning\s+3 messages wait", status.Output);
        Assert.Matches(@"the oldest message in Postfix's queue\s+well\s+the oldest message has waited for [0-9]", status.Output);

        await Postfix.StopAsync();
        await Daemon.Log.WaitForAsync("warning watch_blind subject=queue_messages");
        Assert.Single(Daemon.Log.ReadFrom().Split('\n'), line => line.Contains("watch_blind", StringComparison.Ordinal));
        await Postfix.StartAsync();
        await Daemon.Log.WaitForAsync("watch_sees subject=queue_messages");
    }
}

public sealed class WatchOnPostfix37Tests : WatchTests;

public sealed class WatchOnPostfix310Tests : WatchTests
{
    protected override string PostfixVersion => "3.10";
}
