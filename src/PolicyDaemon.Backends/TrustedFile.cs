using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PolicyDaemon.Backends;

/// <summary>A file that nobody but this user can have written.</summary>
internal static partial class TrustedFile
{
    // statx(2): one layout on every architecture, unlike stat(2).
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint Mask = 0x7ff; // STATX_BASIC_STATS
    private const int StatusBytes = 256;

    private const int OpenForSync = 0x80000; // O_RDONLY | O_CLOEXEC
    private const int NoSuchEntry = 2; // ENOENT
    private const int KindMask = 0xf000;
    private const int SymbolicLink = 0xa000;
    private const int RegularFile = 0x8000;
    private const int OthersMayWrite = 0x12; // group and others
    private const int PermissionMask = 0xfff;

    /// <param name="cause">Why it is not opened; null with a null result: there is none.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static SafeFileHandle? Open(string path, FileAccess access, out string? cause)
    {
        // Looked at first without following, then opened, and the open one must be the one that was looked at.
        var named = new byte[StatusBytes];
        cause = null;
        if (Statx(CurrentDirectory, Encoding.UTF8.GetBytes(path + '\0'), NoFollow, Mask, named) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != NoSuchEntry) cause = Marshal.GetPInvokeErrorMessage(error);
            return null;
        }

        cause = Distrust(named);
        if (cause is not null) return null;
        var handle = File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        var opened = new byte[StatusBytes];
        if (Statx(handle, [0], EmptyPath, Mask, opened) == 0 && IdentityOf(opened).SequenceEqual(IdentityOf(named)) && Distrust(opened) is null) return handle;
        handle.Dispose();
        cause = "it was replaced at this moment";
        return null;
    }

    /// <summary>What was renamed in this directory stays so after a power failure.</summary>
    public static void SyncDirectory(string directory)
    {
        using var handle = Open(directory, OpenForSync);
        if (handle.IsInvalid || Sync(handle) != 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    private static string? Distrust(ReadOnlySpan<byte> status)
    {
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(status[28..]);
        var uid = BinaryPrimitives.ReadUInt32LittleEndian(status[20..]);
        if ((mode & KindMask) == SymbolicLink) return "it is a symbolic link";
        if ((mode & KindMask) != RegularFile) return "it is not a file";
        if (uid != GetEffectiveUserId()) return $"it belongs to another user (uid {uid})";
        return (mode & OthersMayWrite) == 0 ? null : $"others may write to it (mode {Convert.ToString(mode & PermissionMask, 8)})";
    }

    /// <summary>Inode and device.</summary>
    private static byte[] IdentityOf(ReadOnlySpan<byte> status) => [.. status[32..40], .. status[136..144]];

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int directory, byte[] path, int flags, uint mask, byte[] buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(SafeFileHandle file, byte[] path, int flags, uint mask, byte[] buffer);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
