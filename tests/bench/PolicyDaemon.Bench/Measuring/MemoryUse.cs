using System.Globalization;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>Memory of a process, in octets, from <c>/proc/PID/status</c>; proc(5).</summary>
/// <param name="Resident">VmRSS: what it has now.</param>
/// <param name="Peak">VmHWM: the most that it ever had.</param>
internal sealed record MemoryUse(long Resident, long Peak)
{
    public static MemoryUse Of(int processId)
    {
        var lines = File.ReadAllLines($"/proc/{processId}/status");
        return new(Value("VmRSS:"), Value("VmHWM:"));

        long Value(string name) => long.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
    }
}
