using System.Globalization;
using PolicyDaemon.Backends.Journals;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// This node's own charges in files to which is only appended: what the store has still to learn, and what it may have lost after a
/// failover. What was appended survives SIGKILL; a power cut takes the last second at most.
/// </summary>
/// <remarks>
/// A file that was torn counts up to the tear. A start begins a new file, so that nothing is ever written behind one. Whole files are
/// dropped, the oldest first, and never one with something that the store has not. Thread-safe.
/// </remarks>
internal sealed class ChargeJournal : IDisposable
{
    private const string Ending = ".charges";

    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly JournalOptions options;
    private readonly TimeProvider time;
    private readonly FileStream owner;
    private readonly List<JournalSegment<JournalRecord>> segments = [];
    private readonly ITimer syncing;
    private long acknowledged;
    private TimeSpan keep;
    private bool isDisposed;

    /// <exception cref="IOException">The directory cannot be used, or another process uses it.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public ChargeJournal(JournalOptions options, TimeProvider time)
    {
        (this.options, this.time, keep) = (options, time, options.Keep);
        Directory.CreateDirectory(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        owner = JournalFile.Open(Path.Combine(options.Directory, "owner"), FileMode.OpenOrCreate, FileShare.None);
        foreach (var path in Directory.EnumerateFiles(options.Directory, $"*{Ending}").Order(StringComparer.Ordinal)) segments.Add(JournalSegment<JournalRecord>.Open(path));
        LastSequence = segments.Max(segment => (long?)segment.Last) ?? 0;
        syncing = time.CreateTimer(_ => Sync(), null, SyncInterval, SyncInterval);
    }

    /// <summary>Of the last record; 0 when there is none.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Octets of all files.</summary>
    public long Length
    {
        get
        {
            lock (gate) return segments.Sum(segment => segment.Length);
        }
    }

    /// <summary>How long a charge is of use: the longest window, and the slice that is counted whole with it.</summary>
    public void KeepFor(TimeSpan longestWindow)
    {
        lock (gate) keep = longestWindow + (longestWindow / StoredSlices.SlicesPerWindow);
    }

    /// <summary>False: as much as may be is there, and the store has none of it.</summary>
    public bool HasRoom
    {
        get
        {
            lock (gate)
            {
                Drop();
                return segments.Sum(segment => segment.Length) < options.MaxBytes;
            }
        }
    }

    /// <summary>Appends all of them by one write; when it returns, they survive the process.</summary>
    /// <exception cref="IOException">Not written; of a part that was, nothing counts.</exception>
    public void Append(IReadOnlyList<JournalRecord> records)
    {
        if (records.Count == 0) return;
        byte[] octets = [.. records.SelectMany(record => record.Write())];
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (segments is not [.., { IsOpen: true } last] || last.Length >= options.SegmentBytes) last = Begin(records[0].Sequence);
            last.Append(octets, records[^1], isFlushed: false);
            LastSequence = Math.Max(LastSequence, records[^1].Sequence);
        }
    }

    /// <summary>What comes after a sequence, in order, up to what is there when the call is made.</summary>
    public IEnumerable<JournalRecord> ReadAfter(long sequence)
    {
        (JournalSegment<JournalRecord> Segment, long Length)[] some;
        lock (gate) some = [.. segments.Where(segment => segment.Last > sequence).Select(segment => (segment, segment.Length))];
        return some.SelectMany(one => one.Segment.Read(0, one.Length)).Select(read => read.Record).Where(record => record.Sequence > sequence);
    }

    /// <summary>What was charged at this time and later.</summary>
    public IEnumerable<JournalRecord> ReadSince(DateTimeOffset at)
    {
        (JournalSegment<JournalRecord> Segment, long Length)[] some;
        lock (gate) some = [.. segments.Where(segment => segment.LastAt >= at).Select(segment => (segment, segment.Length))];
        return some.SelectMany(one => one.Segment.Read(0, one.Length)).Select(read => read.Record).Where(record => record.At >= at);
    }

    /// <summary>The store has everything up to this sequence; it may be less than it had before.</summary>
    public void Acknowledge(long sequence)
    {
        lock (gate) acknowledged = sequence;
    }

    public void Dispose()
    {
        syncing.Dispose();
        lock (gate)
        {
            if (isDisposed) return;
            isDisposed = true;
            foreach (var segment in segments) segment.Close();
        }

        owner.Dispose();
    }

    private JournalSegment<JournalRecord> Begin(long sequence)
    {
        if (segments is [.., var full]) full.Close();
        Drop();
        var number = segments is [.., var last] ? last.Number + 1 : 1;
        var path = Path.Combine(options.Directory, string.Create(CultureInfo.InvariantCulture, $"{number:D12}{Ending}"));
        var begun = JournalSegment<JournalRecord>.Create(path, sequence);
        segments.Add(begun);
        return begun;
    }

    /// <summary>Drops what the store has and what counts nowhere any more, and more of it when there is too much.</summary>
    private void Drop()
    {
        var old = time.GetUtcNow() - keep;
        while (segments is [{ IsOpen: false } first, ..] && first.Last <= acknowledged
            && (first.LastAt < old || segments.Sum(segment => segment.Length) + options.SegmentBytes > options.MaxBytes))
        {
            first.Delete();
            segments.RemoveAt(0);
        }
    }

    private void Sync()
    {
        JournalSegment<JournalRecord>? last;
        lock (gate) last = isDisposed ? null : segments.LastOrDefault();
        last?.Sync();
    }
}
