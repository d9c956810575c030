using System.Globalization;

namespace PolicyDaemon.Bench.Counters;

/// <summary>CPU time from <c>/proc</c>, in steps of 10 ms; proc(5).</summary>
internal static class ProcessFamily
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    /// <summary>Of a process, its children that live, and its children that have ended.</summary>
    public static TimeSpan CpuOf(int processId)
    {
        var parent = processId.ToString(CultureInfo.InvariantCulture);
        long ticks = 0;
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(IsProcess))
        {
            if (ReadStat(directory) is not { } stat) continue;
            var isParent = Path.GetFileName(directory) == parent;
            if (isParent || stat[1] == parent) ticks += Sum(stat[11..(isParent ? 15 : 13)]); // utime stime cutime cstime
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>Of the whole machine: everything that all cores did.</summary>
    public static TimeSpan CpuOfMachine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromSeconds((Sum(fields[1..4]) + Sum(fields[6..9])) / TicksPerSecond); // all but idle and iowait
    }

    public static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static bool IsProcess(string directory) => Path.GetFileName(directory).All(char.IsAsciiDigit);

    /// <summary>Fields 3 and following; field 2, the name, may itself hold blanks and brackets.</summary>
    private static string[]? ReadStat(string directory)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(directory, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // ended meanwhile
        }
    }

    private static long Sum(IEnumerable<string> fields) => fields.Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
}
