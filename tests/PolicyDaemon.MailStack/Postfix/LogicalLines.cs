namespace PolicyDaemon.MailStack.Postfix;

/// <summary>The line format that main.cf and master.cf share, postconf(5): comments, empty lines, continuation by a leading blank.</summary>
internal static class LogicalLines
{
    /// <returns>Without comments and empty lines; continued lines keep their line breaks.</returns>
    internal static IReadOnlyList<string> Read(string text)
    {
        List<string> logical = [];
        foreach (string line in text.Split('\n'))
        {
            string content = line.TrimEnd();
            string start = content.TrimStart();
            if (start.Length == 0 || start[0] == '#')
                continue;
            if (start.Length == content.Length)
                logical.Add(content);
            else if (logical is [])
                throw new FormatException($"the first line continues nothing: '{line}'");
            else
                logical[^1] += $"\n{content}";
        }

        return logical;
    }
}
