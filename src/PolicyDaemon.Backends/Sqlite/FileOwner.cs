using System.Runtime.InteropServices;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// Gives a file that root has just made to the owner of its directory: a command run by root before the daemon's first start must
/// not leave a database that the daemon cannot open.
/// </summary>
internal static partial class FileOwner
{
    // statx(2): one layout on every architecture, unlike stat(2).
    private const int CurrentDirectory = -100;
    private const uint OwnerMask = 0x8 | 0x10;
    private const int BufferBytes = 256;
    private const int UidOffset = 20;
    private const int GidOffset = 24;

    /// <summary>Does nothing for anyone but root. A failure is left to whoever cannot open the file then.</summary>
    public static void TakeFromDirectory(string path)
    {
        if (GetEffectiveUserId() != 0) return;
        Span<byte> buffer = stackalloc byte[BufferBytes];
        if (Statx(CurrentDirectory, Path.GetDirectoryName(path)!, 0, OwnerMask, buffer) != 0) return;
        _ = Chown(path, MemoryMarshal.Read<uint>(buffer[UidOffset..]), MemoryMarshal.Read<uint>(buffer[GidOffset..]));
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> buffer);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint uid, uint gid);
}
