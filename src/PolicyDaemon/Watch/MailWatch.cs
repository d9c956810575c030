using System.Collections.Concurrent;
using System.Net.Sockets;
using PolicyDaemon.Admin;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine.Storage;
using PolicyDaemon.Hosting;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.PostfixQueue;

namespace PolicyDaemon.Watch;

/// <summary>
/// Looks at the disks of the mail store, of Postfix's queue and of the daemon itself, and at the queue, each on its own: a disk that hangs keeps nobody from seeing the
/// others. Answers whether there is room without looking.
/// </summary>
/// <param name="options">Those in force; null: nothing is watched.</param>
/// <param name="state">What the daemon keeps for itself.</param>
/// <param name="readDisk">Throws <see cref="IOException"/>; may hang.</param>
/// <param name="readQueue">Of a queue directory. Throws <see cref="IOException"/> or <see cref="InvalidDataException"/>.</param>
internal sealed class MailWatch(
    Func<WatchOptions?> options,
    StateDirectory state,
    WatchBook book,
    Action<Exception> fault,
    Func<string, FileSystemUse> readDisk,
    Func<string, CancellationToken, Task<QueueListing>> readQueue,
    TimeProvider time) : IStorage, IAsyncDisposable
{
    /// <summary>For one look. showq opens every file of the queue.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How often it is looked whether something is to be watched.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<WatchSubject, FileSystemUse> disks = new();
    private volatile QueueListing? queue;
    private Task working = Task.CompletedTask;

    public string? MailStoreShortage => book.FindShortage(WatchSubject.MailStore);

    public string? QueueShortage => book.FindShortage(WatchSubject.QueueDisk);

    public IReadOnlyList<WatchReport> Reports => book.Reports;

    public WatchFacts Facts => new(
        [.. disks.Select(disk => (disk.Key, disk.Value))],
        [.. book.Reports.Where(report => report.Cause is null).Select(report => (report.Subject, report.Level))],
        queue,
        queue is { } listing ? WatchPicture.AgeOf(listing, time.GetUtcNow()) : TimeSpan.Zero);

    /// <summary>As a daemon watches: the file systems of this machine, and the socket of its Postfix.</summary>
    public static MailWatch Open(Func<WatchOptions?> options, StateDirectory state, string node, NoticeBoard notices, DaemonLog log, DaemonMetrics metrics, TimeProvider time)
    {
        WatchLog lines = new(log);
        MailWatch watch = new(
            options,
            state,
            new WatchBook(node, lines, notices.Post, time),
            lines.Fault,
            FileSystemUse.Read,
            ReadQueueAsync,
            time);
        metrics.Watch.Observe(() => watch.Facts);
        return watch;
    }

    public void Start() => working = Task.WhenAll(
        Task.Run(() => RepeatAsync(now => now.Interval, now => LookAtDiskAsync(WatchSubject.MailStore, now?.MailStore, now))),
        Task.Run(() => RepeatAsync(now => now.Interval, now => LookAtDiskAsync(WatchSubject.QueueDisk, now?.QueueDirectory, now))),
        Task.Run(() => RepeatAsync(now => now.Interval, now => LookAtDiskAsync(WatchSubject.StateDisk, state.Path, now))),
        Task.Run(() => RepeatAsync(now => now.QueueInterval, LookAtQueueAsync)));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await working;
        stopping.Dispose();
    }

    private static async Task<QueueListing> ReadQueueAsync(string directory, CancellationToken cancellationToken)
    {
        try
        {
            return await QueueReader.ReadAsync(token => SocketConnection.ConnectAsync(new EndpointAddress.Unix($"{directory}/public/showq"), token), cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new IOException($"{exception.Message}: the daemon needs the group of that directory, which is postdrop: SupplementaryGroups=postdrop in its unit", exception);
        }
    }

    private async Task RepeatAsync(Func<WatchOptions, TimeSpan> interval, Func<WatchOptions?, Task> look)
    {
        try
        {
            while (true)
            {
                var now = options();
                await LookAsync(look, now);
                await Task.Delay(now is null ? IdleInterval : interval(now), time, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    private async Task LookAsync(Func<WatchOptions?, Task> look, WatchOptions? now)
    {
        try
        {
            await look(now);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            fault(exception);
        }
    }

    private async Task LookAtDiskAsync(WatchSubject subject, string? directory, WatchOptions? now)
    {
        if (now is null || directory is null)
        {
            disks.TryRemove(subject, out _);
            book.Forget(subject);
            return;
        }

        var reading = Task.Run(() => readDisk(directory));
        try
        {
            await reading.WaitAsync(Patience, time, stopping.Token);
        }
        catch (TimeoutException)
        {
            Miss(subject, directory, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (IOException)
        {
            // Said below.
        }

        try
        {
            // One that hangs is waited for: another would only hang too.
            var use = await reading.WaitAsync(stopping.Token);
            disks[subject] = use;
            book.Saw(subject, WatchPicture.OfDisk(directory, use, now));
        }
        catch (IOException exception)
        {
            Miss(subject, directory, exception.Message);
        }
    }

    private async Task LookAtQueueAsync(WatchOptions? now)
    {
        if (now is null)
        {
            queue = null;
            book.Forget(WatchSubject.QueueMessages);
            book.Forget(WatchSubject.QueueAge);
            return;
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping.Token);
        try
        {
            var listing = await readQueue(now.QueueDirectory, either.Token);
            queue = listing;
            book.Saw(WatchSubject.QueueMessages, WatchPicture.OfMessages(listing, now));
            book.Saw(WatchSubject.QueueAge, WatchPicture.OfAge(listing, now, time.GetUtcNow()));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            MissQueue(now, $"no whole list within {Patience.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            MissQueue(now, exception.Message);
        }
    }

    private void Miss(WatchSubject subject, string place, string cause)
    {
        disks.TryRemove(subject, out _);
        book.Missed(subject, place, cause);
    }

    private void MissQueue(WatchOptions now, string cause)
    {
        queue = null;

        // One socket, one line.
        book.Forget(WatchSubject.QueueAge);
        book.Missed(WatchSubject.QueueMessages, now.QueueDirectory, cause);
    }
}
