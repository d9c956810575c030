using System.Globalization;

namespace PolicyDaemon.Backends.Deliveries;

/// <summary>One file of the journal, called by the first sequence in it.</summary>
internal sealed class DeliverySegment
{
    public const string Ending = ".deliveries";

    private readonly string path;
    private FileStream? file;

    private DeliverySegment(string path, long first) => (this.path, Last) = (path, first - 1);

    /// <summary>Octets that count: up to the end of the last whole record.</summary>
    public long Length { get; private set; }

    /// <summary>The last sequence in it, or the one before its first.</summary>
    public long Last { get; private set; }

    public bool IsOpen => file is not null;

    /// <summary>A file of an earlier run; nothing is written to it any more.</summary>
    public static DeliverySegment Open(string path)
    {
        var first = long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
        DeliverySegment segment = new(path, first);
        foreach (var (record, end) in segment.Read(0, long.MaxValue)) (segment.Length, segment.Last) = (end, record.Sequence);
        return segment;
    }

    /// <exception cref="IOException">It cannot be made.</exception>
    public static DeliverySegment Create(string directory, long first)
    {
        var named = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{first:D18}{Ending}"));

        // A start that never wrote anything, or whose first record was torn, leaves a file of that name in which nothing counts.
        DeliverySegment segment = new(named, first) { file = OpenFile(named, FileMode.Create, FileShare.Read) };
        TrustedFile.SyncDirectory(directory);
        return segment;
    }

    public static FileStream OpenFile(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.Write,
        Share = share,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <summary>When it returns, the octets survive a power cut, as far as the disk keeps its word.</summary>
    /// <param name="last">The last sequence in them.</param>
    /// <exception cref="IOException">Perhaps not written; nothing more is written to this file then.</exception>
    public void Append(byte[] octets, long last)
    {
        try
        {
            file!.Write(octets);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A part may be there. The next record goes to another file, where it is found.
            Close();
            throw;
        }

        (Length, Last) = (Length + octets.Length, last);
    }

    /// <param name="offset">Where a record begins.</param>
    /// <param name="end">Not beyond: more may be written at this moment.</param>
    /// <returns>Each record with the offset behind it.</returns>
    public IEnumerable<(SequencedDelivery Record, long End)> Read(long offset, long end)
    {
        var octets = ReadOctets(offset, end);
        for (var position = 0; TryRead(octets, ref position) is { } record;) yield return (record, offset + position);
    }

    public void Close()
    {
        file?.Dispose();
        file = null;
    }

    public void Delete() => File.Delete(path);

    private byte[] ReadOctets(long offset, long end)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            stream.Position = offset;
            var octets = new byte[Math.Max(0, Math.Min(end, stream.Length) - offset)];
            return octets[..stream.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false)];
        }
        catch (FileNotFoundException)
        {
            return []; // dropped meanwhile
        }
    }

    private static SequencedDelivery? TryRead(byte[] octets, ref int position)
    {
        ReadOnlySpan<byte> rest = octets.AsSpan(position);
        var record = DeliveryCodec.TryRead(ref rest);
        position = octets.Length - rest.Length;
        return record;
    }
}
