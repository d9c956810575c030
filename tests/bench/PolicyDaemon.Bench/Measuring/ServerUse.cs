using System.Diagnostics;

namespace PolicyDaemon.Bench;

/// <summary>What a process uses at one moment, from <c>/proc/PID/stat</c> and <c>/proc/PID/fd</c>.</summary>
/// <param name="Cpu">User and system time since its start.</param>
/// <param name="ResidentBytes">Physical memory.</param>
/// <param name="Descriptors">Open file descriptors.</param>
public sealed record ServerUse(TimeSpan Cpu, long ResidentBytes, int Descriptors)
{
    public static ServerUse Of(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return new ServerUse(process.TotalProcessorTime, process.WorkingSet64, Directory.GetFileSystemEntries($"/proc/{processId}/fd").Length);
    }
}
