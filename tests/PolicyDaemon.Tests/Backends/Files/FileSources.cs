using PolicyDaemon.Backends.Files;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Tests.Backends.Files;

/// <summary>Files under watch, with what was told of them.</summary>
internal static class FileSources
{
    public static FileWatch Watch(FileDirectoryOptions options, AddressNormalizer normalizer, TimeProvider? time = null, List<string>? told = null) => new(
        options,
        normalizer,
        time ?? TimeProvider.System,
        change => Tell(told, $"{Path.GetFileName(change.Path)} {change.Fault ?? "read"}"),
        cause => Tell(told, cause is null ? "all there" : $"missing: {Path.GetFileName(cause)}"));

    private static void Tell(List<string>? told, string what)
    {
        if (told is null) return;
        lock (told) told.Add(what);
    }
}
