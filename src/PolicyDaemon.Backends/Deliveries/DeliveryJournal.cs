using System.Globalization;
using System.Text;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.Deliveries;

/// <summary>
/// This node's deliveries in files to which is only appended: on disk before Postfix hears of them, until the store has them, and then for as long as there is room,
/// because a message may come again.
/// </summary>
/// <remarks>
/// A file that was torn counts up to the tear. A start begins a new file, so that nothing is ever written behind one. Whole files are dropped, the oldest first; those
/// with something that the store has not only when all of the room is taken, and then that is counted. Thread-safe; only one thread appends.
/// </remarks>
public sealed class DeliveryJournal : IDisposable
{
    private const string Ending = ".deliveries";

    private readonly Lock gate = new();
    private readonly Lock reading = new();
    private readonly DeliveryJournalOptions options;
    private readonly FileStream owner;
    private readonly List<JournalSegment<SequencedDelivery>> segments = [];
    private (JournalSegment<SequencedDelivery> Segment, long Offset, long Sequence)? cursor;
    private long last;
    private long handedOver;
    private long dropped;
    private bool isDisposed;

    /// <exception cref="IOException">The directory cannot be used, or another process uses it.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public DeliveryJournal(DeliveryJournalOptions options)
    {
        this.options = options;
        Directory.CreateDirectory(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        owner = JournalFile.Open(Path.Combine(options.Directory, "owner"), FileMode.OpenOrCreate, FileShare.None);
        foreach (var path in Directory.EnumerateFiles(options.Directory, $"*{Ending}").Order(StringComparer.Ordinal)) segments.Add(JournalSegment<SequencedDelivery>.Open(path));
        handedOver = ReadHandedOver();

        // Also when the files are gone: a sequence that was handed over is never used again.
        last = Math.Max(handedOver, segments.Max(segment => (long?)Math.Max(segment.Last, segment.Number - 1)) ?? 0);
    }

    /// <summary>Octets of all files.</summary>
    public long Length
    {
        get
        {
            lock (gate) return segments.Sum(segment => segment.Length);
        }
    }

    /// <summary>Records that the store has not.</summary>
    public long Waiting
    {
        get
        {
            lock (gate) return last - handedOver;
        }
    }

    /// <summary>Records that were given up before the store had them.</summary>
    public long Dropped
    {
        get
        {
            lock (gate) return dropped;
        }
    }

    /// <summary>Appends all of them by one write and one flush; when it returns, they are on disk.</summary>
    /// <exception cref="IOException">Not written; of a part that was, nothing counts.</exception>
    public void Append(IReadOnlyList<DeliveryRecord> records)
    {
        if (records.Count == 0) return;
        JournalSegment<SequencedDelivery> open;
        long first;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            first = last + 1;
            open = segments is [.., { IsOpen: true } current] && current.Length < options.SegmentBytes ? current : Begin(first);
        }

        byte[] octets = [.. records.SelectMany((record, i) => DeliveryCodec.Write(first + i, record))];

        // Not under the lock: a flush takes as long as the disk does.
        open.Append(octets, new SequencedDelivery(first + records.Count - 1, records[^1]), isFlushed: true);
        lock (gate) last = open.Last;
    }

    /// <summary>All that is there, the oldest first: what may come again.</summary>
    public IEnumerable<DeliveryRecord> ReadAll() => Snapshot().SelectMany(part => part.Segment.Read(0, part.Length)).Select(read => read.Record.Record);

    /// <summary>What the store has not, in order.</summary>
    public IReadOnlyList<SequencedDelivery> ReadWaiting(int most)
    {
        lock (reading) return ReadAfter(HandedOverSequence, most);
    }

    /// <summary>The store has everything up to this sequence.</summary>
    public void HandedOver(long sequence)
    {
        lock (gate)
        {
            handedOver = Math.Max(handedOver, sequence);
            Drop();
        }

        // Lost, it costs a second handing over and nothing else.
        new StateFile(HandedOverFile, 64).Write(file => file.Write(Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture))));
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (isDisposed) return;
            isDisposed = true;
            foreach (var segment in segments) segment.Close();
        }

        owner.Dispose();
    }

    private string HandedOverFile => Path.Combine(options.Directory, "handed-over");

    private long HandedOverSequence
    {
        get
        {
            lock (gate) return handedOver;
        }
    }

    private List<SequencedDelivery> ReadAfter(long from, int most)
    {
        List<SequencedDelivery> waiting = [];
        foreach (var (segment, length) in Snapshot().Where(part => part.Segment.Last > from))
        {
            var offset = cursor is { } place && place.Segment == segment && place.Sequence <= from ? place.Offset : 0;
            foreach (var (record, end) in segment.Read(offset, length))
            {
                if (record.Sequence <= from) cursor = (segment, end, record.Sequence);
                else waiting.Add(record);
                if (waiting.Count == most) return waiting;
            }
        }

        return waiting;
    }

    private (JournalSegment<SequencedDelivery> Segment, long Length)[] Snapshot()
    {
        lock (gate) return [.. segments.Select(segment => (segment, segment.Length))];
    }

    private JournalSegment<SequencedDelivery> Begin(long first)
    {
        if (segments is [.., var full]) full.Close();
        Drop();
        segments.RemoveAll(segment => segment.Length == 0);

        // A start that never wrote anything, or whose first record was torn, leaves a file of that name in which nothing counts.
        var path = Path.Combine(options.Directory, string.Create(CultureInfo.InvariantCulture, $"{first:D18}{Ending}"));
        var begun = JournalSegment<SequencedDelivery>.Create(path, first - 1);
        TrustedFile.SyncDirectory(options.Directory);
        segments.Add(begun);
        return begun;
    }

    private void Drop()
    {
        while (segments is [{ IsOpen: false } oldest, ..] && segments.Sum(segment => segment.Length) is var all)
        {
            var isHandedOver = oldest.Last <= handedOver;
            if (all + options.SegmentBytes <= (isHandedOver ? options.KeepBytes : options.MaxBytes)) return;
            if (!isHandedOver)
            {
                dropped += oldest.Last - handedOver;
                handedOver = oldest.Last;
            }

            oldest.Delete();
            segments.RemoveAt(0);
        }
    }

    private long ReadHandedOver() =>
        File.Exists(HandedOverFile) && long.TryParse(File.ReadAllText(HandedOverFile), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;
}

/// <summary>Where a node keeps its deliveries.</summary>
public sealed record DeliveryJournalOptions
{
    /// <summary>A directory for these files alone; made when it is not there. Open to its owner only.</summary>
    public required string Directory { get; init; }

    /// <summary>All files together; beyond that the oldest deliveries are given up, for mail does not wait for the ledger.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>What the store has is kept up to this.</summary>
    public long KeepBytes { get; init; } = 32L << 20;

    /// <summary>One file.</summary>
    public int SegmentBytes { get; init; } = 4 << 20;
}
