namespace PolicyDaemon.Doctor.Postfix;

/// <summary>
/// The line format that main.cf, master.cf and the output of postconf(1) share: comments, empty lines, continuation by a leading blank.
/// </summary>
/// <remarks>Source: postconf(5), "main.cf file format".</remarks>
internal static class LogicalLines
{
    /// <returns>Without comments and empty lines; continued lines joined by one space.</returns>
    /// <exception cref="FormatException">The first line continues nothing.</exception>
    internal static IReadOnlyList<string> Read(string text)
    {
        List<string> logical = [];
        foreach (var line in text.Split('\n'))
        {
            var content = line.Trim();
            if (content.Length == 0 || content[0] == '#') continue;
            if (!char.IsWhiteSpace(line[0])) logical.Add(content);
            else if (logical.Count == 0) throw new FormatException($"the first line continues nothing: '{content}'");
            else logical[^1] = $"{logical[^1]} {content}";
        }

        return logical;
    }
}
