using System.Globalization;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>CPU time from <c>/proc</c>, in steps of 10 ms; proc(5).</summary>
internal static class ProcessFamily
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    /// <summary>Of a process, of all that descends from it and lives, and of what has ended of it.</summary>
    public static TimeSpan CpuOf(int processId)
    {
        Dictionary<int, string[]> all = [];
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(IsProcess))
        {
            if (ReadStat(directory) is { } stat) all[int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture)] = stat;
        }

        var children = all.ToLookup(one => int.Parse(one.Value[1], CultureInfo.InvariantCulture), one => one.Key);
        return TimeSpan.FromSeconds(Ticks(processId) / TicksPerSecond);

        long Ticks(int id) => (all.TryGetValue(id, out var stat) ? Sum(stat[11..15]) : 0) + children[id].Sum(Ticks); // utime stime cutime cstime
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
