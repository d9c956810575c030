namespace PolicyDaemon.Tests.Rules;

/// <summary>One fenced block of a page.</summary>
/// <param name="Place">Page and line, for messages.</param>
/// <param name="Kind">What stands behind the fence; empty: nothing does.</param>
internal sealed record DocumentedBlock(string Place, string Kind, string Text)
{
    private const string Fence = "```";

    /// <summary>README.md and all below docs/, relative to the repository.</summary>
    public static IEnumerable<string> Pages => Directory.EnumerateFiles(Path.Combine(Checkout.Directory, "docs"), "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Checkout.Directory, file)).Order(StringComparer.Ordinal).Prepend("README.md");

    public static IReadOnlyList<DocumentedBlock> ReadAll(string page)
    {
        List<DocumentedBlock> blocks = [];
        string[] lines = File.ReadAllLines(Path.Combine(Checkout.Directory, page));
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith(Fence, StringComparison.Ordinal)) continue;
            int begin = i;
            while (lines[++i].Trim() != Fence)
            {
            }

            blocks.Add(new DocumentedBlock($"{page}:{begin + 1}", lines[begin].Trim()[Fence.Length..], string.Join('\n', lines[(begin + 1)..i]) + "\n"));
        }

        return blocks;
    }
}
