using System.Globalization;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Admin;

/// <summary>Names and numbers of system users and groups, as the name service knows them, so that users from LDAP or SSSD have names too.</summary>
internal static partial class UnixNames
{
    private const int OutOfRange = 34; // ERANGE: the buffer is too small
    private const int AtWorkingDirectory = -100; // AT_FDCWD
    private const uint WantGroup = 0x10; // STATX_GID
    private const int GroupOffset = 24; // of stx_gid in struct statx, statx(2), the same on every architecture
    private const int MaxEntryBytes = 1 << 20;

    private unsafe delegate int FindEntry(byte* entry, byte* buffer, nuint length, byte** result);

    private unsafe delegate T? ReadEntry<out T>(byte* entry);

    /// <returns>The name, or <c>uid 1000</c>.</returns>
    public static unsafe string UserOf(uint id) =>
        NameOf((entry, buffer, length, result) => getpwuid_r(id, entry, buffer, length, result)) ?? string.Create(CultureInfo.InvariantCulture, $"uid {id}");

    /// <returns>The name, or <c>gid 1000</c>.</returns>
    public static unsafe string GroupOf(uint id) =>
        NameOf((entry, buffer, length, result) => getgrgid_r(id, entry, buffer, length, result)) ?? string.Create(CultureInfo.InvariantCulture, $"gid {id}");

    /// <returns>Null when there is no such user.</returns>
    public static unsafe uint? FindUser(string name) => IdOf((entry, buffer, length, result) => getpwnam_r(name, entry, buffer, length, result));

    /// <returns>Null when there is no such group.</returns>
    public static unsafe uint? FindGroup(string name) => IdOf((entry, buffer, length, result) => getgrnam_r(name, entry, buffer, length, result));

    /// <summary>The group that a file belongs to; null when it cannot be looked at.</summary>
    public static unsafe string? GroupOfFile(string path)
    {
        var status = stackalloc byte[256];
        return statx(AtWorkingDirectory, path, 0, WantGroup, status) == 0 ? GroupOf(*(uint*)(status + GroupOffset)) : null;
    }

    /// <summary>Both entries, <c>struct passwd</c> and <c>struct group</c>, begin with the pointers to name and password; the number is next.</summary>
    private static unsafe string? NameOf(FindEntry find) => Find(find, static entry => Marshal.PtrToStringUTF8(*(nint*)entry));

    private static unsafe uint? IdOf(FindEntry find) => Find(find, static entry => (uint?)*(uint*)(entry + (2 * sizeof(nint))));

    private static unsafe T? Find<T>(FindEntry find, ReadEntry<T> read)
    {
        var entry = stackalloc byte[256];
        for (var length = 4096; length <= MaxEntryBytes; length *= 4)
        {
            var buffer = new byte[length];
            fixed (byte* start = buffer)
            {
                byte* result = null;
                var error = find(entry, start, (nuint)length, &result);
                if (error == OutOfRange) continue;
                return error == 0 && result is not null ? read(entry) : default;
            }
        }

        return default;
    }

#pragma warning disable SYSLIB1054, IDE1006 // the C library's own names
    [LibraryImport("libc")]
    private static unsafe partial int getpwuid_r(uint id, byte* entry, byte* buffer, nuint length, byte** result);

    [LibraryImport("libc")]
    private static unsafe partial int getgrgid_r(uint id, byte* entry, byte* buffer, nuint length, byte** result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int getpwnam_r(string name, byte* entry, byte* buffer, nuint length, byte** result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int getgrnam_r(string name, byte* entry, byte* buffer, nuint length, byte** result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* status);
#pragma warning restore SYSLIB1054, IDE1006
}
