using System.Runtime.InteropServices;

namespace PolicyDaemon.Tests.Speed;

/// <summary>The CPU time of the calling thread, user and system together.</summary>
internal static partial class ThreadCpu
{
    private const int OfThread = 3;

    public static long Nanoseconds => GetTime(OfThread, out var time) == 0
        ? (time.Seconds * 1_000_000_000L) + time.Nanoseconds
        : throw new InvalidOperationException("clock_gettime failed");

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
