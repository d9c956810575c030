using Microsoft.Win32.SafeHandles;

namespace PolicyDaemon.Backends;

/// <summary>A file of ours that survives SIGKILL and a power failure: replaced whole, and read only when nobody else can have written it.</summary>
/// <param name="path">Beside it, <c>path.new</c> is used while writing. Both are readable by the daemon's user only.</param>
/// <param name="maxBytes">Longer is not ours.</param>
public sealed class StateFile(string path, long maxBytes)
{
    /// <summary>For this user only from its first moment on, whatever the umask; fails where something has that name.</summary>
    private static readonly FileStreamOptions NewFile = new()
    {
        Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    public string Path => path;

    /// <summary>Opens it for reading.</summary>
    /// <param name="cause">Why what is there cannot be used; null also when there is nothing.</param>
    public FileStream? Open(out string? cause)
    {
        SafeFileHandle? file = null;
        try
        {
            file = TrustedFile.Open(path, FileAccess.Read, out cause);
            if (file is null) return null;
            if (RandomAccess.GetLength(file) <= maxBytes) return new FileStream(file, FileAccess.Read);
            cause = $"it is larger than {maxBytes} octets";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            cause = failure.Message;
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Puts this in the place of what was there, at once or not at all.</summary>
    /// <returns>Null, or the cause why the file is as it was.</returns>
    public string? Write(Action<Stream> write)
    {
        var unfinished = path + ".new";
        try
        {
            // One that a crash has left, or a link that somebody has put there: removed itself, never followed.
            File.Delete(unfinished);
            using (var file = new FileStream(unfinished, NewFile))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            TrustedFile.SyncDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"cannot write {path}: {failure.Message}";
        }
    }
}
