using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>Where it was measured.</summary>
/// <param name="Memory">In GB.</param>
/// <param name="Packages">Debian's versions of what is compared, by name.</param>
internal sealed record Machine(string Processor, int Cores, double Memory, string Kernel, string System, string Runtime, IReadOnlyDictionary<string, string> Packages)
{
    private static readonly string[] Compared =
    [
        "postfix", "dovecot-core", "slapd", "postgresql-15", "haproxy", "libmilter1.0.1", "postgrey", "postfwd", "policyd-rate-limit", "gcc",
    ];

    public static Machine This { get; } = new(
        First("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        File.ReadLines("/etc/os-release").First(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))["PRETTY_NAME=".Length..].Trim('"'),
        RuntimeInformation.FrameworkDescription,
        Versions());

    private static string First(string file, string key) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static Dictionary<string, string> Versions()
    {
        using var query = Process.Start(new ProcessStartInfo("dpkg-query", ["-W", "-f", "${Package} ${Version}\n", .. Compared])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var lines = query.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        query.WaitForExit();
        return lines.Select(line => line.Split(' ')).Where(pair => pair is [_, not ""]).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }
}
