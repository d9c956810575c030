using System.Runtime.InteropServices;

namespace PolicyDaemon.Bench;

/// <summary>What the base library has no word for.</summary>
internal static unsafe partial class Libc
{
    public const short PollIn = 1; // POLLIN
    public const int Interrupted = 4; // EINTR
    public const int Terminate = 15; // SIGTERM

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <param name="atMost">As finely as the kernel's timers go; not rounded to milliseconds, which would be most of an answer's time.</param>
    /// <returns>How many descriptors have something to read; -1 for an error.</returns>
    public static int Poll(Span<PollDescriptor> descriptors, TimeSpan atMost)
    {
        TimeSpecification limit = new() { Seconds = (nint)atMost.TotalSeconds, Nanoseconds = (nint)(atMost.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick) };
        fixed (PollDescriptor* first = descriptors) return Poll(first, (nuint)descriptors.Length, &limit, null);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, TimeSpecification* atMost, void* signals);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
