using System.Text;

namespace PolicyDaemon.Tests;

/// <summary>Files of bytes under <c>tests/corpus</c>, each with the outcome expected of it in a file of the same name and <c>.expected</c>.</summary>
internal static class Corpus
{
    private const string Expected = ".expected";

    /// <param name="folder"><c>postfix-policy/good</c></param>
    /// <returns>File names, sorted, so that a seeded loop sees them in one order.</returns>
    public static IReadOnlyList<string> Names(string folder)
    {
        var names = Directory.GetFiles(PathOf(folder)).Select(path => Path.GetFileName(path)!).Where(name => !name.EndsWith(Expected, StringComparison.Ordinal));
        return [.. names.Order(StringComparer.Ordinal)];
    }

    public static byte[] Bytes(string folder, string name) => File.ReadAllBytes(Path.Combine(PathOf(folder), name));

    public static string ExpectedText(string folder, string name) =>
        File.ReadAllText(Path.Combine(PathOf(folder), name + Expected), Encoding.UTF8).TrimEnd('\n');

    private static string PathOf(string folder) => Path.Combine(Checkout.Directory, "tests", "corpus", folder);
}
