using System.Globalization;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>One file of the journal. Writing is for one thread at a time.</summary>
internal sealed class JournalSegment
{
    private readonly string path;
    private FileStream? file;
    private volatile bool isDirty;

    private JournalSegment(string path) => this.path = path;

    /// <summary>Counts up from file to file: the file's name.</summary>
    public long Number => long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Octets that count: up to the end of the last whole record.</summary>
    public long Length { get; private set; }

    /// <summary>The last sequence in it; 0 when there is none.</summary>
    public long Last { get; private set; }

    public DateTimeOffset LastAt { get; private set; }

    public bool IsOpen => file is not null;

    /// <summary>A file of an earlier run.</summary>
    public static JournalSegment Read(string path)
    {
        var segment = new JournalSegment(path);
        foreach (var record in segment.ReadRecords(long.MaxValue))
        {
            segment.Length += record.Write().Length;
            (segment.Last, segment.LastAt) = (record.Sequence, record.At > segment.LastAt ? record.At : segment.LastAt);
        }

        return segment;
    }

    public static JournalSegment Create(string path, long sequence) =>
        new(path) { file = OpenFile(path, FileMode.CreateNew, FileShare.Read), Last = sequence };

    public static FileStream OpenFile(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.Write,
        Share = share,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <param name="last">The last of the records that these octets are.</param>
    public void Append(byte[] octets, JournalRecord last)
    {
        try
        {
            file!.Write(octets);
        }
        catch (IOException)
        {
            // A part may have been written. The next record goes to another file, where it is found.
            Close();
            throw;
        }

        Length += octets.Length;
        (Last, LastAt) = (last.Sequence, last.At > LastAt ? last.At : LastAt);
        isDirty = true;
    }

    /// <param name="length">Not beyond: more may be written at this moment.</param>
    public IEnumerable<JournalRecord> ReadRecords(long length)
    {
        var octets = ReadOctets(length);
        for (var position = 0; TryRead(octets, ref position) is { } record;) yield return record;
    }

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

    private byte[] ReadOctets(long length)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var octets = new byte[Math.Min(length, stream.Length)];
            return octets[..stream.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false)];
        }
        catch (FileNotFoundException)
        {
            return []; // dropped meanwhile
        }
    }

    private static JournalRecord? TryRead(byte[] octets, ref int position)
    {
        ReadOnlySpan<byte> rest = octets.AsSpan(position);
        var record = JournalRecord.TryRead(ref rest);
        position = octets.Length - rest.Length;
        return record;
    }
}
