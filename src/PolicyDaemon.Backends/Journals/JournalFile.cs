namespace PolicyDaemon.Backends.Journals;

/// <summary>A file of a journal, or beside it, open to its owner only.</summary>
internal static class JournalFile
{
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream Open(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.Write,
        Share = share,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <param name="end">Not beyond: more may be written at this moment.</param>
    /// <returns>Nothing when the file was dropped meanwhile.</returns>
    public static byte[] Read(string path, long offset, long end)
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
            return [];
        }
    }
}
