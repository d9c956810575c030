using System.Text;

namespace PolicyDaemon.Backends.Files;

/// <summary>One file, what it last held, and what is wrong with it now. Not for several threads at once, but for <see cref="IsCurrent"/>.</summary>
/// <param name="read">What a text says, or null and the mistake in it.</param>
internal sealed class WatchedFile<T>(string path, Func<string, string, (T? Content, string? Fault)> read, TimeProvider time) : IWatchedFile
    where T : class
{
    private readonly byte[] octets = Encoding.UTF8.GetBytes(path + '\0');
    private FileStamp? seen;
    private (FileStamp Stamp, long At)? unfinished;

    public string Path => path;

    /// <summary>Null: never read, or for too long.</summary>
    public T? Content { get; private set; }

    public bool IsKnown => Content is not null;

    public string? Fault { get; private set; }

    public long FaultSince { get; private set; }

    public bool IsCurrent()
    {
        var stamp = FileStamp.Of(octets);
        return stamp == seen || (unfinished is { } waiting && waiting.Stamp == stamp && time.GetElapsedTime(waiting.At) < FileText.StillFor);
    }

    public TimeSpan TimeUntilStill() => FileText.TimeLeft(FileStamp.Of(octets), time, FileText.StillFor);

    public bool Refresh()
    {
        var stamp = FileStamp.Of(octets);
        if (stamp == seen) return false;
        var (content, fault) = (default(T), stamp.Fault);
        if (fault is null && FileText.TryRead(path, out var text, out fault))
        {
            if (text.Length == 0 && Content is not null)
            {
                fault = "is empty";
            }
            else if (!text.EndsWith('\n') && text.Length > 0 && FileText.TimeLeft(stamp, time, FileText.UnfinishedFor) > TimeSpan.Zero)
            {
                unfinished = (stamp, time.GetTimestamp());
                return false;
            }
            else
            {
                (content, fault) = read(text, path);
            }
        }

        unfinished = null;
        seen = stamp;
        return content is null ? Fail(fault ?? "cannot be understood") : Take(content);
    }

    public bool Forget(TimeSpan staleFor)
    {
        if (Fault is null || Content is null || time.GetElapsedTime(FaultSince) < staleFor) return false;
        Content = null;
        return true;
    }

    private bool Take(T content)
    {
        (Content, Fault) = (content, null);
        return true;
    }

    private bool Fail(string fault)
    {
        // What it held counts from when it was first seen to be wrong, whatever is wrong with it meanwhile.
        if (Fault is null) FaultSince = time.GetTimestamp();
        Fault = fault;
        return true;
    }
}

/// <summary>A file, whatever is in it.</summary>
internal interface IWatchedFile
{
    string Path { get; }

    /// <summary>Whether something of it is in force, what it says now or what it said before.</summary>
    bool IsKnown { get; }

    /// <summary>Why what is there now is not in force, in a few words behind the path; null: it is.</summary>
    string? Fault { get; }

    /// <summary>When <see cref="Fault"/> began to be something.</summary>
    long FaultSince { get; }

    /// <summary>Whether the file is as it was when it was read last: one system call.</summary>
    bool IsCurrent();

    /// <summary>How long it must be left alone to count as whole; zero: it is.</summary>
    TimeSpan TimeUntilStill();

    /// <summary>Reads it if it has changed.</summary>
    /// <returns>Whether something is known that was not before.</returns>
    bool Refresh();

    /// <summary>Gives up what a file held that has been wrong for too long.</summary>
    /// <returns>Whether there was something to give up.</returns>
    bool Forget(TimeSpan staleFor);
}
