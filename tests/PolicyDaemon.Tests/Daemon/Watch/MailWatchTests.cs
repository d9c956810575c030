using System.Buffers;
using System.Text;
using PolicyDaemon.Configuration;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Telemetry;
using PolicyDaemon.Watch;
using PolicyDaemon.Wire.PostfixQueue;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Watch;

public sealed class MailWatchTests : IAsyncDisposable
{
    private const string MailStore = "/var/vmail";

    private readonly ManualClock clock = new();
    private readonly LogLines lines = new();
    private readonly List<Notice> notices = [];
    private readonly MailWatch watch;
    private int looks;

    private WatchOptions? options = new(
        MailStore, "/var/spool/postfix", new FreeAmount(0.2, 0), new FreeAmount(0.1, 0), 200, 1000,
        TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));

    private Func<string, FileSystemUse> disk = _ => Percent(50);
    private Func<QueueListing> queue = () => Queue(0, default);

    public MailWatchTests() => watch = new MailWatch(
        () => options,
        new StateDirectory("/var/lib/policydaemon"),
        new WatchBook("mx1", new WatchLog(lines.Log), Tell, clock),
        exception => Assert.Fail(exception.ToString()),
        Read,
        (_, _) => Task.FromResult(queue()),
        clock);

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        lines.Dispose();
    }

    [Fact]
    public async Task Disk_below_its_critical_threshold_is_a_shortage_until_there_is_a_tenth_more()
    {
        disk = directory => Percent(directory == MailStore ? 9 : 50);
        await StartAsync();
        await UntilAsync(() => watch.MailStoreShortage is not null);
        Assert.Equal("/var/vmail: 9% free (90 of 1000)", watch.MailStoreShortage);
        Assert.Null(watch.QueueShortage);
        Assert.Contains(lines.Snapshot(), line => line.Contains(" error watch_alert subject=mail_store level=critical threshold=\"10% free\"", StringComparison.Ordinal));

        disk = _ => Percent(10.5);
        await LookAsync();
        Assert.NotNull(watch.MailStoreShortage);
        disk = _ => Percent(12);
        await UntilAsync(() => watch.MailStoreShortage is null, LookAsync);
    }

    [Fact]
    public async Task Disk_of_the_daemons_own_files_is_told_of_and_stops_no_mail()
    {
        disk = directory => Percent(directory == "/var/lib/policydaemon" ? 9 : 50);
        await StartAsync();
        await UntilAsync(() => Told(1));

        Assert.Equal("the disk of the daemon's own files is at its critical threshold: 9% free (90 of 1000)", notices[0].Subject);
        Assert.True(Says("error watch_alert subject=state_disk level=critical"));
        Assert.Null(watch.MailStoreShortage);
        Assert.Null(watch.QueueShortage);
    }

    [Fact]
    public async Task Too_few_inodes_are_a_shortage_too()
    {
        disk = _ => new FileSystemUse(1000, 900, 1000, 50);
        await StartAsync();
        await UntilAsync(() => watch.QueueShortage is not null);

        Assert.Equal("/var/spool/postfix: 90% free (900 of 1000), 5% of its inodes", watch.QueueShortage);
    }

    [Fact]
    public async Task What_cannot_be_seen_is_said_once_and_is_no_shortage()
    {
        disk = _ => Percent(1);
        await StartAsync();
        await UntilAsync(() => watch.MailStoreShortage is not null);

        disk = _ => throw new IOException("No such file or directory");
        await UntilAsync(() => watch.MailStoreShortage is null, LookAsync);
        await LookAsync();
        await LookAsync();
        Assert.Single(lines.Snapshot(), line => line.Contains("watch_blind subject=mail_store", StringComparison.Ordinal));
        Assert.Contains(watch.Reports, report => report is { Subject: WatchSubject.MailStore, Cause: "No such file or directory" });

        disk = _ => Percent(50);
        await UntilAsync(() => Says("watch_sees subject=mail_store"), LookAsync);
    }

    [Fact]
    public async Task Disk_that_hangs_is_said_and_keeps_nobody_from_the_others()
    {
        using ManualResetEventSlim answer = new();
        disk = directory =>
        {
            if (directory == MailStore) answer.Wait();
            return Percent(5);
        };
        watch.Start();
        try
        {
            await UntilAsync(() => watch.QueueShortage is not null);
            await UntilAsync(() => Says("watch_blind subject=mail_store"), () => Advance(MailWatch.Patience));
        }
        finally
        {
            answer.Set();
        }

        await UntilAsync(() => watch.MailStoreShortage is not null);
    }

    [Fact]
    public async Task Long_and_old_queues_are_announced_and_their_oldest_message_ages()
    {
        var arrived = clock.GetUtcNow() - TimeSpan.FromMinutes(59);
        queue = () => Queue(200, arrived);
        await StartAsync();
        await UntilAsync(() => Says("warning watch_alert subject=queue_messages level=warning threshold=\"200 messages\""));
        Assert.False(Says("subject=queue_age"));

        await UntilAsync(() => Says("warning watch_alert subject=queue_age level=warning threshold=1h"), () => Advance(TimeSpan.FromMinutes(1)));
        Assert.Equal(200, watch.Facts.Queue!.Messages["deferred"]);
        Assert.True(watch.Facts.QueueAge >= TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Postfix_that_is_gone_is_one_line()
    {
        queue = () => throw new IOException("unix:/var/spool/postfix/public/showq: Connection refused");
        await StartAsync();
        await UntilAsync(() => Says("watch_blind subject=queue_messages"));
        await Advance(TimeSpan.FromMinutes(1));
        await Advance(TimeSpan.FromMinutes(1));

        Assert.Single(lines.Snapshot(), line => line.Contains("watch_blind subject=queue_messages", StringComparison.Ordinal));
        Assert.Null(watch.Facts.Queue);
    }

    [Fact]
    public async Task People_are_told_of_a_rise_and_of_its_end()
    {
        disk = directory => Percent(directory == MailStore ? 9 : 50);
        await StartAsync();
        await UntilAsync(() => Told(1));
        disk = _ => Percent(50);
        await UntilAsync(() => Told(2), LookAsync);

        Assert.Equal("the disk of the mail store is at its critical threshold: 9% free (90 of 1000)", notices[0].Subject);
        Assert.Equal("the disk of the mail store is well again: 50% free (500 of 1000)", notices[1].Subject);
        Assert.Equal("critical", notices[0].Fields["level"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_is_no_more_configured_is_no_shortage()
    {
        disk = _ => Percent(1);
        await StartAsync();
        await UntilAsync(() => watch.MailStoreShortage is not null && watch.QueueShortage is not null);

        options = null;
        await UntilAsync(() => watch.MailStoreShortage is null && watch.QueueShortage is null, LookAsync);
        await UntilAsync(() => watch.Reports.Count == 0, () => Advance(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Real_file_system_has_a_size_and_one_that_is_not_there_says_why()
    {
        var use = FileSystemUse.Read(Path.GetTempPath());

        Assert.Equal(new DriveInfo(Path.GetTempPath()).TotalSize, use.Octets);
        Assert.InRange(use.FreeOctets, 0, use.Octets);
        Assert.Equal("No such file or directory", Assert.Throws<IOException>(() => FileSystemUse.Read("/nonexistent/place")).Message);
    }

    private static FileSystemUse Percent(double free) => new(1000, (long)(free * 10), 0, 0);

    private static QueueListing Queue(int messages, DateTimeOffset arrived)
    {
        StringBuilder sent = new("protocol\0mail_queue_list_protocol\0\0");
        for (var i = 0; i < messages; i++) sent.Append($"queue_name\0deferred\0time\0{arrived.ToUnixTimeSeconds()}\0\0");
        QueueListCodec codec = new();
        ReadOnlySequence<byte> input = new(Encoding.ASCII.GetBytes(sent.Append('\0').ToString()));
        codec.Read(ref input);
        return codec.Listing;
    }

    private FileSystemUse Read(string directory)
    {
        Interlocked.Increment(ref looks);
        return disk(directory);
    }

    private void Tell(Notice notice)
    {
        lock (notices) notices.Add(notice);
    }

    private bool Told(int count)
    {
        lock (notices) return notices.Count == count;
    }

    private bool Says(string line) => lines.Snapshot().Any(written => written.Contains(line, StringComparison.Ordinal));

    private Task StartAsync()
    {
        watch.Start();
        return UntilAsync(() => Volatile.Read(ref looks) >= 2);
    }

    /// <summary>Both disks are looked at once more.</summary>
    private Task LookAsync() => Advance(TimeSpan.FromSeconds(5));

    private async Task Advance(TimeSpan by)
    {
        await Task.Delay(20, TestContext.Current.CancellationToken);
        clock.Advance(by);
        await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(Func<bool> isSo, Func<Task>? meanwhile = null)
    {
        for (var i = 0; i < 500 && !isSo(); i++) await (meanwhile?.Invoke() ?? Task.Delay(10, TestContext.Current.CancellationToken));
        Assert.True(isSo());
    }
}
