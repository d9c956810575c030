using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>The last known blocks and the orders not yet handed over, in a file that survives SIGKILL and a power failure.</summary>
/// <param name="path">Beside it, <c>path.new</c> is used while writing. Both are readable by the daemon's user only.</param>
internal sealed class BlockFile(string path)
{
    /// <summary>A hundred thousand blocks. Longer is not ours.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions Form = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>For this user only from its first moment on, whatever the umask; fails where something has that name.</summary>
    private static readonly FileStreamOptions NewFile = new()
    {
        Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    /// <param name="cause">Why what is there cannot be used; null also when there is nothing.</param>
    public SavedBlocks Read(out string? cause)
    {
        try
        {
            using var file = TrustedFile.Open(path, FileAccess.Read, out cause);
            if (file is null) return SavedBlocks.Nothing;
            if (RandomAccess.GetLength(file) > MaxBytes)
            {
                cause = $"it is larger than {MaxBytes} octets";
                return SavedBlocks.Nothing;
            }

            return Parse(file, out cause);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            cause = failure.Message;
            return SavedBlocks.Nothing;
        }
    }

    /// <summary>Puts this in the place of what was there, at once or not at all.</summary>
    /// <returns>Null, or the cause why the file is as it was.</returns>
    public string? Write(SavedBlocks saved)
    {
        var unfinished = path + ".new";
        try
        {
            // One that a crash has left, or a link that somebody has put there: removed itself, never followed.
            File.Delete(unfinished);
            using (var file = new FileStream(unfinished, NewFile))
            {
                JsonSerializer.Serialize(file, saved, Form);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            TrustedFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"cannot write {path}: {failure.Message}";
        }
    }

    private static SavedBlocks Parse(SafeFileHandle file, out string? cause)
    {
        cause = "it is damaged";
        try
        {
            using var content = new FileStream(file, FileAccess.Read);
            var saved = JsonSerializer.Deserialize<SavedBlocks>(content, Form);
            if (saved is not { Version: SavedBlocks.CurrentVersion, Blocks: not null, Pending: not null }) return SavedBlocks.Nothing;
            cause = null;
            return saved;
        }
        catch (JsonException)
        {
            return SavedBlocks.Nothing;
        }
    }
}
