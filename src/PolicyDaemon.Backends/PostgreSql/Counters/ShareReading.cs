using PolicyDaemon.Backends.Journals;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>What the store said last: the keys above half of their limit.</summary>
/// <param name="At">Wall-clock time of this node when it was asked.</param>
/// <param name="IsWhole">False: there were too many keys, and one that is not here may be above half of its limit too.</param>
/// <param name="Known">Units used, by key.</param>
internal sealed record ShareReading(DateTimeOffset At, bool IsWhole, IReadOnlyDictionary<string, long> Known)
{
    private const string Mark = "policydaemon reading 1";

    /// <summary>Replaces the file, whole or not at all.</summary>
    public void Save(string path)
    {
        var half = path + ".new";
        using (var file = JournalFile.Open(half, FileMode.Create, FileShare.None))
        using (var writer = new BinaryWriter(new BufferedStream(file)))
        {
            writer.Write(Mark);
            writer.Write(At.UtcTicks);
            writer.Write(IsWhole);
            writer.Write(Known.Count);
            foreach (var (key, used) in Known)
            {
                writer.Write(key);
                writer.Write(used);
            }
        }

        File.Move(half, path, overwrite: true);
    }

    /// <returns>Null: there is none, or it cannot be read.</returns>
    public static ShareReading? TryLoad(string path)
    {
        try
        {
            using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path)));
            if (reader.ReadString() != Mark) return null;
            var (at, isWhole, count) = (new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), reader.ReadBoolean(), reader.ReadInt32());
            var known = new Dictionary<string, long>(StringComparer.Ordinal);
            for (var i = 0; i < count; i++) known[reader.ReadString()] = reader.ReadInt64();
            return new ShareReading(at, isWhole, known);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or FormatException)
        {
            return null;
        }
    }
}
