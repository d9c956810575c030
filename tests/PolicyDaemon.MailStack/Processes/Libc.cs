using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>The three calls of the C library that the base library lacks.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    internal static bool IsRoot => EffectiveUserId() == 0;

    internal static void SetOwner(string path, uint user, uint group)
    {
        if (ChangeOwner(path, user, group) != 0)
            throw new IOException($"chown {user}:{group} {path}: {new Win32Exception().Message}");
    }
}
