using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>The calls of the C library that the base library lacks.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    /// <summary>CLONE_NEWNET of setns(2).</summary>
    internal const int NetworkNamespace = 0x40000000;

    /// <summary>The calling thread moves there, setns(2).</summary>
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int EnterNamespace(SafeFileHandle descriptor, int kind);

    /// <summary>Another number of a descriptor, which programs that are started inherit; whoever asks closes it.</summary>
    /// <param name="lowest">The number is this or a higher one.</param>
    internal static int DuplicateForChildren(int descriptor, int lowest) =>
        Duplicate(descriptor, 0, lowest) is var copy and >= 0 ? copy : throw new IOException($"fcntl F_DUPFD: {new Win32Exception().Message}");

    internal static bool IsRoot => EffectiveUserId() == 0;

    internal static void SetOwner(string path, uint user, uint group)
    {
        if (ChangeOwner(path, user, group) != 0)
            throw new IOException($"chown {user}:{group} {path}: {new Win32Exception().Message}");
    }
}
