using System.Security.Cryptography;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Machines;

/// <summary>All files of a machine at one moment: path, type, mode, owner, where a link leads, and the checksum of each file that is not the original's.</summary>
/// <remarks>Only what lies on the machine's disk: nothing below /proc, /sys, /dev, /run and /tmp.</remarks>
public sealed class FileListing
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly string original;
    private readonly Dictionary<string, string> entries;
    private readonly Dictionary<string, string> checksums;

    private FileListing(string original, Dictionary<string, string> entries, Dictionary<string, string> checksums)
    {
        this.original = original;
        this.entries = entries;
        this.checksums = checksums;
    }

    internal static async Task<FileListing> TakeAsync(DebianMachine machine)
    {
        CommandResult found = (await machine.RunAsync("find", "/", "-xdev", "-printf", "%p\\t%y %m %U:%G %l\\n")).EnsureSuccess();
        Dictionary<string, string> kinds = found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t', 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        IEnumerable<string> changed = Directory.EnumerateFiles(machine.Changes, "*", Everything)
            .Select(file => $"/{Path.GetRelativePath(machine.Changes, file)}")
            .Where(path => kinds.TryGetValue(path, out string? entry) && entry.StartsWith("f ", StringComparison.Ordinal));

        // By a program, since .NET reads no file that another one has locked.
        CommandResult sums = (await machine.RunAsync(["xargs", "-0r", "sha256sum", "-z", "--"], string.Join('\0', changed))).EnsureSuccess();
        Dictionary<string, string> digests = sums.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split("  ", 2)).ToDictionary(parts => parts[1], parts => parts[0], StringComparer.Ordinal);
        return new(machine.Original, kinds, digests);
    }

    /// <summary>A line for each path that has come, gone or changed since <paramref name="before"/>: <c>+ PATH</c>, <c>- PATH</c>, <c>~ PATH</c> with what it was and is.</summary>
    /// <param name="except">Paths, and everything below them.</param>
    public IReadOnlyList<string> ChangesSince(FileListing before, IReadOnlyCollection<string> except) =>
        [.. entries.Keys.Union(before.entries.Keys)
            .Where(path => !except.Any(spared => path == spared || path.StartsWith($"{spared}/", StringComparison.Ordinal)))
            .Select(path => Compare(path, before)).OfType<string>().Order(StringComparer.Ordinal)];

    private string? Compare(string path, FileListing before)
    {
        // What neither has changed since the original is the same in both, and is not read.
        bool isRead = checksums.ContainsKey(path) || before.checksums.ContainsKey(path);
        return (before.Describe(path, isRead), Describe(path, isRead)) switch
        {
            var (was, now) when was == now => null,
            (null, var now) => $"+ {path} {now}",
            (var was, null) => $"- {path} {was}",
            var (was, now) => $"~ {path} {was} -> {now}",
        };
    }

    private string? Describe(string path, bool isRead) =>
        !entries.TryGetValue(path, out string? entry) ? null : isRead ? $"{entry}{ChecksumOf(path)}" : entry;

    private string ChecksumOf(string path) =>
        checksums.TryGetValue(path, out string? checksum) ? checksum : File.Exists($"{original}{path}") ? Checksum($"{original}{path}") : "";

    private static string Checksum(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
