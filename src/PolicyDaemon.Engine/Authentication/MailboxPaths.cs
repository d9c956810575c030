namespace PolicyDaemon.Engine.Authentication;

/// <summary>What may stand where a mailbox is, whoever writes it: the configuration or a directory.</summary>
/// <remarks>Dovecot takes the text apart at colons and expands <c>%</c>. Source: Dovecot 2.3 and 2.4, "Mail Location", "Variables".</remarks>
public static class MailboxPaths
{
    public const int MaxCharacters = 1024;

    /// <summary>An absolute path without <c>..</c>, <c>%</c> and control characters.</summary>
    public static bool IsHome(string text) => text.StartsWith('/') && IsPlain(text);

    /// <summary>
    /// A format and a path, such as <c>maildir:~/Maildir</c>. One colon only: what stands behind a second is a setting in 2.3 and part of the
    /// path in 2.4.
    /// </summary>
    public static bool IsMail(string text) =>
        text.Split(':') is [{ Length: > 0 } format, { Length: > 0 } path] && format.All(char.IsAsciiLetterLower) && IsPlain(path);

    private static bool IsPlain(string text) =>
        text.Length <= MaxCharacters && !text.Any(char.IsControl) && !text.Contains('%', StringComparison.Ordinal) && !text.Split('/').Contains("..", StringComparer.Ordinal);
}
