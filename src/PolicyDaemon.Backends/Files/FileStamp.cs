using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Backends.Files;

/// <summary>What tells that a file is another one, or has been written to: one system call, symbolic links followed.</summary>
/// <param name="Fault">Why it cannot be read; null: perhaps it can.</param>
internal readonly partial record struct FileStamp(string? Fault, ulong Inode, uint DeviceMajor, uint DeviceMinor, long Octets, DateTime WrittenAt, DateTime ChangedAt)
{
    // statx(2): one layout on every architecture, unlike stat(2).
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint Mask = 0x7ff; // STATX_BASIC_STATS
    private const int StatusBytes = 256;
    private const int NoSuchEntry = 2; // ENOENT
    private const int KindMask = 0xf000;
    private const int RegularFile = 0x8000;

    /// <summary>When anything of it was changed last, by the system's clock.</summary>
    public DateTime TouchedAt => WrittenAt > ChangedAt ? WrittenAt : ChangedAt;

    /// <param name="path">UTF-8, with a NUL behind it.</param>
    public static FileStamp Of(byte[] path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        if (Statx(CurrentDirectory, path, 0, Mask, status) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return default(FileStamp) with { Fault = error == NoSuchEntry ? "does not exist" : $"cannot be looked at: {Marshal.GetPInvokeErrorMessage(error)}" };
        }

        return new FileStamp(
            (BinaryPrimitives.ReadUInt16LittleEndian(status[28..]) & KindMask) == RegularFile ? null : "is not a file",
            BinaryPrimitives.ReadUInt64LittleEndian(status[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[136..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[140..]),
            BinaryPrimitives.ReadInt64LittleEndian(status[40..]),
            TimeOf(status[112..]),
            TimeOf(status[96..]));
    }

    /// <summary>Seconds and nanoseconds since 1970.</summary>
    private static DateTime TimeOf(ReadOnlySpan<byte> stamp)
    {
        var seconds = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(stamp), 0, 1L << 36);
        return DateTime.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (BinaryPrimitives.ReadUInt32LittleEndian(stamp[8..]) / 100));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int directory, byte[] path, int flags, uint mask, Span<byte> buffer);
}
