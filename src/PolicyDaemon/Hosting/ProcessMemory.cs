using System.Runtime.InteropServices;

namespace PolicyDaemon.Hosting;

/// <summary>What passes through this process, passwords among it, is for nobody else to read.</summary>
internal static partial class ProcessMemory
{
    private const int SetDumpable = 4; // PR_SET_DUMPABLE, linux/prctl.h
    private const int CoreSize = 4; // RLIMIT_CORE, the same on x86-64 and arm64

    /// <summary>
    /// From now on there is no core dump of this process, and no other process of the same user may read its memory, trace it or see its
    /// environment: only root may; prctl(2). The size alone would not do: a core that is piped to a program, as systemd-coredump has it, is not bound by it (core(5)).
    /// </summary>
    /// <remarks>A kernel that refuses either is not one that this runs on; there is nothing to tell anybody.</remarks>
    public static void Seal()
    {
        _ = Prctl(SetDumpable, 0, 0, 0, 0);
        _ = Setrlimit(CoreSize, new Limit(0, 0));
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Setrlimit(int resource, in Limit limit);

    /// <summary>rlim_t is unsigned long.</summary>
    private readonly record struct Limit(nuint Soft, nuint Hard);
}
