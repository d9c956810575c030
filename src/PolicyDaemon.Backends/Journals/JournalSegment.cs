using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PolicyDaemon.Backends.Journals;

/// <summary>One file of a journal, to which is only appended. Writing is for one thread at a time.</summary>
internal sealed class JournalSegment<TRecord>
    where TRecord : IJournalRecord<TRecord>
{
    private readonly string path;
    private FileStream? file;
    private volatile bool isDirty;

    private JournalSegment(string path) => this.path = path;

    /// <summary>The file's name; 0 when it is none.</summary>
    public long Number => long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Octets that count: up to the end of the last whole record.</summary>
    public long Length { get; private set; }

    /// <summary>The last sequence in it; before there is one, that with which it was created, or 0.</summary>
    public long Last { get; private set; }

    public DateTimeOffset LastAt { get; private set; }

    public bool IsOpen => file is not null;

    /// <summary>A file of an earlier run; nothing is written to it any more.</summary>
    public static JournalSegment<TRecord> Open(string path)
    {
        JournalSegment<TRecord> segment = new(path);
        foreach (var (record, end) in segment.Read(0, long.MaxValue)) segment.Take(record, end);
        return segment;
    }

    /// <summary>A new file; what is there under its name goes.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static JournalSegment<TRecord> Create(string path, long last) => new(path) { file = JournalFile.Open(path, FileMode.Create, FileShare.Read), Last = last };

    /// <param name="last">The last of the records that these octets are.</param>
    /// <param name="isFlushed">When it returns, they survive a power cut, as far as the disk keeps its word; otherwise only the process.</param>
    /// <exception cref="IOException">Perhaps not written; nothing more is written to this file then.</exception>
    public void Append(byte[] octets, TRecord last, bool isFlushed)
    {
        try
        {
            file!.Write(octets);
            if (isFlushed) file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A part may be there. The next record goes to another file, where it is found.
            Close();
            throw;
        }

        Take(last, Length + octets.Length);
        isDirty = !isFlushed;
    }

    /// <param name="offset">Where a record begins.</param>
    /// <param name="end">Not beyond: more may be written at this moment.</param>
    /// <returns>Each record with the offset behind it.</returns>
    public IEnumerable<(TRecord Record, long End)> Read(long offset, long end)
    {
        var octets = JournalFile.Read(path, offset, end);
        for (var position = 0; TryRead(octets, ref position, out var record);) yield return (record, offset + position);
    }

    /// <summary>What was appended without a flush is flushed.</summary>
    public void Sync()
    {
        if (!isDirty) return;
        isDirty = false;
        try
        {
            file?.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // Closed meanwhile, or the disk fails: the next write says so.
            isDirty = true;
        }
    }

    public void Close()
    {
        Sync();
        file?.Dispose();
        file = null;
    }

    public void Delete() => File.Delete(path);

    private void Take(TRecord last, long end) => (Length, Last, LastAt) = (end, last.Sequence, last.At > LastAt ? last.At : LastAt);

    private static bool TryRead(byte[] octets, ref int position, [MaybeNullWhen(false)] out TRecord record)
    {
        ReadOnlySpan<byte> rest = octets.AsSpan(position);
        var isRead = TRecord.TryRead(ref rest, out record);
        position = octets.Length - rest.Length;
        return isRead;
    }
}
