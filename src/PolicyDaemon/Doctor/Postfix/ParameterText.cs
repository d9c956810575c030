namespace PolicyDaemon.Doctor.Postfix;

/// <summary>How Postfix cuts a parameter's text: words between separators, with <c>{ }</c> kept together.</summary>
internal static class ParameterText
{
    private const string Blanks = " \t\r\n";

    /// <summary>Words of a list, separated by commas and blanks.</summary>
    internal static IReadOnlyList<string> SplitList(string text) => Split(text, Blanks + ",");

    /// <summary>Words of a command line, separated by blanks alone.</summary>
    internal static IReadOnlyList<string> SplitWords(string text) => Split(text, Blanks);

    /// <summary><c>name = value</c>, also within braces; false when there is no <c>=</c> or no name.</summary>
    internal static bool TryParseAssignment(string text, out string name, out string value)
    {
        var bare = IsBraced(text) ? Unbrace(text) : text;
        var equals = bare.IndexOf('=', StringComparison.Ordinal);
        name = equals > 0 ? bare[..equals].Trim() : "";
        value = equals > 0 ? bare[(equals + 1)..].Trim() : "";
        return name.Length > 0;
    }

    internal static bool IsBraced(string text) => text is ['{', .., '}'];

    internal static string Unbrace(string text) => text[1..^1].Trim();

    /// <summary>Index behind the brace that closes the one at <paramref name="open"/>; the end of the text when none does.</summary>
    internal static int EndOfBraces(string text, int open)
    {
        var level = 0;
        for (var at = open; at < text.Length; at++)
        {
            if (text[at] == '{') level++;
            else if (text[at] == '}' && --level == 0) return at + 1;
        }

        return text.Length;
    }

    /// <remarks>As Postfix 3.7.11 src/util/mystrtok.c, mystrtokq: a brace may also open inside a word, <c>inline:{ a = b }</c>.</remarks>
    private static List<string> Split(string text, string separators)
    {
        List<string> words = [];
        for (var at = 0; at < text.Length;)
        {
            if (separators.Contains(text[at], StringComparison.Ordinal))
            {
                at++;
                continue;
            }

            var start = at;
            while (at < text.Length && !separators.Contains(text[at], StringComparison.Ordinal))
            {
                at = text[at] == '{' ? EndOfBraces(text, at) : at + 1;
            }

            words.Add(text[start..at]);
        }

        return words;
    }
}
