namespace PolicyDaemon.MailStack.Postfix;

/// <summary>A shipped configuration file, read as it is except for the endpoints and paths that a test must replace.</summary>
public static class Snippet
{
    /// <param name="path">Of the file.</param>
    /// <param name="replacements">Text in the file → text for this stack. Each must occur: a test that replaces nothing would test another file than it thinks.</param>
    public static string Read(string path, params (string Shipped, string Here)[] replacements)
    {
        string text = File.ReadAllText(path);
        foreach ((string shipped, string here) in replacements)
        {
            if (!text.Contains(shipped, StringComparison.Ordinal))
                throw new ArgumentException($"{path} does not contain '{shipped}'", nameof(replacements));
            text = text.Replace(shipped, here, StringComparison.Ordinal);
        }

        return text;
    }
}
