using System.Runtime.InteropServices;

namespace PolicyDaemon.Watch;

/// <summary>How full a file system is, as one who is not root sees it.</summary>
/// <param name="Files">How many files it can have; 0 where there is no such limit (btrfs).</param>
internal readonly partial record struct FileSystemUse(long Octets, long FreeOctets, long Files, long FreeFiles)
{
    /// <summary>Of the file system that a directory lies on. May take as long as a disk or an NFS server takes.</summary>
    /// <exception cref="IOException">It cannot be looked at; the message says why, without the path.</exception>
    public static unsafe FileSystemUse Read(string directory)
    {
        // struct statvfs of statvfs(3), on 64-bit Linux: eleven words, and six of 32 bits that are spare.
        Span<ulong> words = stackalloc ulong[16];
        fixed (ulong* at = words)
        {
            if (statvfs(directory, at) != 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }

        var (fragment, blocks, available, files, freeFiles) = (words[1], words[2], words[4], words[5], words[7]);
        return new FileSystemUse(Clamp((UInt128)blocks * fragment), Clamp((UInt128)available * fragment), Clamp(files), Clamp(freeFiles));
    }

    private static long Clamp(UInt128 value) => value > long.MaxValue ? long.MaxValue : (long)value;

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int statvfs(string path, ulong* buffer);
}
