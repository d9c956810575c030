namespace PolicyDaemon.Engine;

/// <summary>Makes text of a peer or of a directory fit for a reply: one line, printable ASCII, cut.</summary>
public static class SafeText
{
    /// <param name="maxLength">In characters; longer text is cut and ends in <c>...</c>.</param>
    public static string OneLine(string text, int maxLength)
    {
        var cut = text.Length > maxLength;
        var length = cut ? maxLength : text.Length;
        return string.Create(length, (text, cut), static (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var character = state.text[i];
                span[i] = character is >= ' ' and <= '~' ? character : char.IsWhiteSpace(character) ? ' ' : '?';
            }

            if (state.cut && span.Length > 3) "...".CopyTo(span[^3..]);
        }).Trim();
    }
}
