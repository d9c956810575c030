namespace PolicyDaemon.Admin;

/// <summary>Words for a line that an administrator pastes into a shell.</summary>
internal static class ShellWord
{
    /// <summary>Any shell takes it as one word.</summary>
    public static string Quote(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '@' or '.' or '_' or '-' or '+')
            ? text
            : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
