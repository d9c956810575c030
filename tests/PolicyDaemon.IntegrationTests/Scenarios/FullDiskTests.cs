using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The disk with the mailboxes runs full, or that with the daemon's own files: nothing is lost, nothing bounces, nothing is there twice.</summary>
public abstract class FullDiskTests(int debian) : StackTests
{
    private const string Outsider = "someone@elsewhere.example";
    private const int DiskKilobytes = 8192;

    private readonly ConcurrentQueue<string> notices = [];
    private TemporaryFileSystem disk = null!;
    private DeliveringMailSystem mail = null!;
    private HttpStub webhook = null!;
    private Uri metrics = null!;

    private PostfixServer Postfix => mail.Postfix;

    private DaemonProcess Daemon => mail.Daemon;

    protected override async ValueTask ReleaseAsync()
    {
        await disk.DisposeAsync();
        await webhook.DisposeAsync();
    }

    [Fact]
    public async Task Disk_of_the_mailboxes_stops_mail_before_it_is_full_and_what_dovecot_cannot_store_waits()
    {
        await StartAsync("mail");
        await SubmitAsync("with room");
        await mail.WaitForMessageAsync("alice", "Subject: with room\n");

        disk.Fill(DiskKilobytes / 2);
        await Daemon.Log.WaitForAsync("warning watch_alert subject=mail_store level=warning");
        await WaitForNoticeAsync("\"level\":\"warning\"");
        disk.Fill(DiskKilobytes - 1500);
        await Daemon.Log.WaitForAsync("error watch_alert subject=mail_store level=critical");
        await WaitForNoticeAsync("\"level\":\"critical\"");
        Assert.Contains("\npolicydaemon_watch_level{subject=\"mail_store\"} 2\n", await ReadMetricsAsync(), StringComparison.Ordinal);
        Assert.StartsWith("452 4.3.1 ", await AskAsOutsiderAsync(), StringComparison.Ordinal);
        await SubmitAndSeeDeferredAsync("critical", "said: 452 4.3.1 Insufficient system storage");

        // As if the disk had run full between two looks: nobody stands before Dovecot.
        await ReconfigureAsync("\"checks\":{", "\"checks\":{\"storage\":{\"mode\":\"off\"},");
        disk.FillUp();
        await SubmitAndSeeDeferredAsync("full", "dsn=4.");

        disk.Fill(0);
        await WaitUntilAllIsThereAsync("with room", "critical", "full");
    }

    [Fact]
    public async Task Disk_of_the_daemon_that_is_full_keeps_no_mail_from_being_delivered_and_recorded_again_afterwards()
    {
        await StartAsync("policydaemon");
        disk.FillUp();
        string[] subjects = [.. Enumerable.Range(0, 5).Select(i => $"off the record {i}")];
        foreach (string subject in subjects[1..]) await SubmitAsync(subject);
        await WaitUntilAllIsThereAsync(subjects[1..]);
        Assert.Contains("mail goes on", await Daemon.Log.WaitForAsync("error ledger_fault"), StringComparison.Ordinal);

        // It starts there, too.
        await Daemon.KillAsync();
        await Daemon.StartAsync();
        await SubmitAsync(subjects[0]);
        await WaitUntilAllIsThereAsync(subjects);

        disk.Fill(0);
        await SubmitAsync("on record");
        await WaitUntilAllIsThereAsync([.. subjects, "on record"]);
        await Wait.UntilAsync(
            async () => (await Daemon.RunAsync(["deliveries", "--since", "1h"])).Output.Contains(" stored ", StringComparison.Ordinal), "the ledger is kept again", details: () => Daemon.Log.Tail());
    }

    [Fact]
    public async Task Full_mailbox_is_deferred_where_dovecot_is_told_so_and_delivered_when_there_is_room()
    {
        await StartAsync("mail", "quota_full_tempfail = yes");
        await SubmitAsync("fills it");
        await WaitUntilAllIsThereAsync("fills it");
        await ReconfigureAsync("\"quota\":\"3M\"", "\"quota\":\"100\"");
        await SubmitAndSeeDeferredAsync("too much", "said: 452 4.2.2");

        await ReconfigureAsync("\"quota\":\"100\"", "\"quota\":\"3M\"");
        await WaitUntilAllIsThereAsync("fills it", "too much");
    }

    /// <param name="path">What lies on the small disk, below the root.</param>
    private async Task StartAsync(string path, string dovecot = "")
    {
        disk = await TemporaryFileSystem.MountAsync(Root.PathOf(path), DiskKilobytes);
        webhook = new HttpStub(Root.Address, body =>
        {
            notices.Enqueue(body);
            return (204, "");
        });
        int port = Root.FreePort();
        metrics = new Uri($"http://{Root.Address}:{port}/metrics");
        mail = await DeliveringMailSystem.StartAsync(Root, debian, configuration =>
        {
            configuration["listen"]!["http"] = new JsonArray($"inet:{Root.Address}:{port}");
            configuration["checks"] = new JsonObject { ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" } };
            configuration["notify"] = new JsonObject { ["webhook"] = $"http://{webhook.Endpoint}/" };
            configuration["watch"] = new JsonObject
            {
                ["mailStore"] = Root.PathOf("mail"),
                ["queueDirectory"] = PostfixServer.PathInQueueDirectory(Root, "").TrimEnd('/'),
                ["freeWarning"] = "5M",
                ["freeCritical"] = "2M",
                ["interval"] = "1s",
            };
        }, dovecot);
    }

    private async Task SubmitAndSeeDeferredAsync(string subject, string cause)
    {
        long before = Postfix.Log.Length;
        await SubmitAsync(subject);
        Assert.Contains(cause, await Postfix.Log.WaitForAsync("status=", before), StringComparison.Ordinal);
        Assert.Contains("status=deferred", await Postfix.Log.WaitForAsync("status=", before), StringComparison.Ordinal);
    }

    /// <summary>Each of them once in the mailbox, and none bounced.</summary>
    private async Task WaitUntilAllIsThereAsync(params string[] subjects)
    {
        foreach (string subject in subjects) await mail.WaitForMessageAsync("alice", $"Subject: {subject}\n");
        await Postfix.WaitUntilQueueIsEmptyAsync();
        Assert.Equal(subjects.Length, mail.ReadMailbox("alice").Count);
        Assert.DoesNotContain("status=bounced", Postfix.Log.ReadFrom(), StringComparison.Ordinal);
    }

    private Task WaitForNoticeAsync(string text) =>
        Wait.UntilAsync(() => notices.Any(notice => notice.Contains(text, StringComparison.Ordinal)), $"a notice has {text}", details: () => string.Join('\n', notices));

    private async Task<string> ReadMetricsAsync()
    {
        using HttpClient client = new();
        return await client.GetStringAsync(metrics, TestContext.Current.CancellationToken);
    }

    private async Task<string> AskAsOutsiderAsync()
    {
        await using LineDialog policy = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(Root.PathOf("policydaemon", "policy.sock")));
        await policy.SendRawAsync($"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.7\nsender={Outsider}\nrecipient={AddressOf("alice")}\n\n");
        return (await policy.ReadLineAsync())!["action=".Length..];
    }

    private async Task ReconfigureAsync(string from, string to)
    {
        long before = Daemon.Log.Length;
        string configuration = await File.ReadAllTextAsync(Daemon.ConfigurationFile);
        Assert.Contains(from, configuration, StringComparison.Ordinal);
        Daemon.Reload(configuration.Replace(from, to, StringComparison.Ordinal));
        await Daemon.Log.WaitForAsync("configuration_reloaded", before);
    }

    private async Task SubmitAsync(string subject)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"));
        (await dialog.SubmitAsync(Outsider, AddressOf("alice"), subject)).EnsureSuccess();
    }
}

public sealed class FullDiskOnDebian12Tests() : FullDiskTests(12);

public sealed class FullDiskOnDebian13Tests() : FullDiskTests(13);
