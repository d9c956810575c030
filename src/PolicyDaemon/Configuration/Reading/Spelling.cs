namespace PolicyDaemon.Configuration.Reading;

/// <summary>Guesses what a mistyped word was meant to be.</summary>
internal static class Spelling
{
    private const int MaxWordLength = 64;

    /// <summary>The word that begins so, or the nearest of the words; null when none is near enough to be worth naming.</summary>
    public static string? Nearest(string word, IReadOnlyCollection<string> words)
    {
        if (word.Length > MaxWordLength) return null;
        var longer = words.FirstOrDefault(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase));
        if (longer is not null && word.Length >= 3) return longer;
        return words.MinBy(candidate => Distance(word, candidate)) is { } nearest &&
            Distance(word, nearest) <= Math.Max(1, Math.Min(word.Length, nearest.Length) / 3) ? nearest : null;
    }

    /// <summary>"; did you mean x?", or nothing.</summary>
    public static string Suggest(string word, IReadOnlyCollection<string> words) =>
        Nearest(word, words) is { } nearest ? $"; did you mean {nearest}?" : "";

    /// <summary>Letters inserted, deleted, replaced or swapped with their neighbour, without regard to case.</summary>
    private static int Distance(string left, string right)
    {
        var (a, b) = (left.ToLowerInvariant(), right.ToLowerInvariant());
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                var best = Math.Min(replaced, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = Math.Min(best, table[i - 2, j - 2] + 1);
                table[i, j] = best;
            }
        }

        return table[a.Length, b.Length];
    }
}
