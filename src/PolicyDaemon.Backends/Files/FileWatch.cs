using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Files;

/// <summary>Keeps what the files say in memory, and looks at them with every question: a change is in force for the next one.</summary>
/// <remarks>
/// A question that comes while a file is being written waits until it has been left alone for a tenth of a second, and at most half a second:
/// who replaces a file by rename(2) never shows half of one, but many editors and scripts write in place. Files that nobody asks about
/// are looked at every second, so that a mistake in them is told.
/// </remarks>
public sealed class FileWatch : IAsyncDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Longer than that nobody waits for a large file to be read, while there is what was known before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(1);

    private readonly FileDirectoryOptions options;
    private readonly AddressNormalizer normalizer;
    private readonly TimeProvider time;
    private readonly Action<FileChange> onChange;
    private readonly Action<string?> onAvailability;
    private readonly WatchedFile<IReadOnlyList<PasswdEntry>>[] passwd;
    private readonly WatchedFile<IReadOnlyDictionary<string, AliasEntry>>[] aliases;
    private readonly IWatchedFile[] files;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private volatile FileView? view;
    private Task? refreshing;
    private string? cause;

    /// <param name="onChange">Told of each file that was read anew or is wrong in a new way; on any thread, must not block.</param>
    /// <param name="onAvailability">Told the cause when something of the directory is not known any more, and null when all is.</param>
    public FileWatch(
        FileDirectoryOptions options, AddressNormalizer normalizer, TimeProvider time, Action<FileChange> onChange, Action<string?> onAvailability, string name = "files")
    {
        (this.options, this.normalizer, this.time, this.onChange, this.onAvailability) = (options, normalizer, time, onChange, onAvailability);
        Name = name;
        var (accounts, addresses) = (new PasswdText(options, normalizer), new AliasText(normalizer));
        passwd = [.. options.Passwd.Select(path => new WatchedFile<IReadOnlyList<PasswdEntry>>(path, (text, place) => (accounts.Read(text, place, out var fault), fault), time))];
        aliases =
        [
            .. options.Aliases.Select(
                path => new WatchedFile<IReadOnlyDictionary<string, AliasEntry>>(path, (text, place) => (addresses.Read(text, place, out var fault), fault), time)),
        ];
        files = [.. passwd, .. aliases];
        timer = time.CreateTimer(_ => Poll(), null, PollEvery, PollEvery);
    }

    internal string Name { get; }

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    internal ValueTask<FileView> LookAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return view is { } known && AreCurrent(known) ? new(known) : RefreshedAsync(cancellationToken);
    }

    private bool AreCurrent(FileView known)
    {
        if (known.OldSince is { } since && time.GetElapsedTime(since) >= options.StaleFor) return false;
        foreach (var file in files)
        {
            if (!file.IsCurrent()) return false;
        }

        return true;
    }

    private async ValueTask<FileView> RefreshedAsync(CancellationToken cancellationToken)
    {
        // Once more where a file was changed after it had been read for an earlier question.
        for (var i = 0; i < 2; i++)
        {
            if (!await IsRefreshedAsync(cancellationToken) || AreCurrent(view!)) break;
        }

        return view!;
    }

    private async Task<bool> IsRefreshedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Refreshing().WaitAsync(view is null ? Timeout.InfiniteTimeSpan : Patience, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private Task Refreshing()
    {
        lock (gate) return refreshing ??= Task.Run(RefreshAsync);
    }

    private async Task RefreshAsync()
    {
        try
        {
            var started = time.GetTimestamp();
            var isNew = view is null;
            foreach (var file in files) isNew |= await RefreshAsync(file, started);
            foreach (var file in files) isNew |= file.Forget(options.StaleFor);
            if (isNew) view = Build();
            Report(view!.UnreadPasswd ?? view.UnreadAliases);
        }
        finally
        {
            lock (gate) refreshing = null;
        }
    }

    private async Task<bool> RefreshAsync(IWatchedFile file, long started)
    {
        while (file.TimeUntilStill() is var left && left > TimeSpan.Zero)
        {
            if (time.GetElapsedTime(started) + left > MaxWait) return false;
            await Task.Delay(left, time);
        }

        var fault = file.Fault;
        if (!file.Refresh()) return false;
        if (file.Fault is null || file.Fault != fault) onChange(new FileChange(file.Path, file.Fault));
        return true;
    }

    private FileView Build() => new(
        Name, normalizer, passwd.Select(file => file.Content).OfType<IReadOnlyList<PasswdEntry>>(), [.. aliases.Select(file => file.Content).OfType<IReadOnlyDictionary<string, AliasEntry>>()])
    {
        UnreadPasswd = CauseOf(passwd),
        UnreadAliases = CauseOf(aliases),
        OldSince = files.Where(file => file.Fault is not null && file.IsKnown).Select(file => (long?)file.FaultSince).Min(),
    };

    private static string? CauseOf(IEnumerable<IWatchedFile> files) =>
        files.FirstOrDefault(file => !file.IsKnown) is { } unread ? $"{unread.Path} {unread.Fault ?? "is being written"}" : null;

    private void Report(string? now)
    {
        if (now == cause) return;
        cause = now;
        onAvailability(now);
    }

    private void Poll()
    {
        if (view is not { } known || !AreCurrent(known)) _ = Refreshing();
    }
}

/// <summary>A file of the directory was read, or is wrong in a new way.</summary>
/// <param name="Fault">Behind the path; null: what is in it is in force.</param>
public sealed record FileChange(string Path, string? Fault);
