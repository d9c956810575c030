using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Where a mailbox is, with places for parts of the user's address.</summary>
internal static class MailboxKinds
{
    /// <summary>The directory of one user.</summary>
    public static readonly ValueKind<MailboxTemplate> Home = new(
        "template",
        $"an absolute path that is another for every user, such as /var/vmail/{{domain}}/{{local}}; it may have {MailboxTemplate.Names}",
        static text => IsPath(text) && MailboxTemplate.TryParse(text, out var template) && template.TellsUsersApart ? Parsed<MailboxTemplate>.Good(template) : Parsed<MailboxTemplate>.Bad(),
        static template => JsonText.Quote(template.Text));

    /// <summary>The mail itself. One colon only: what stands behind a second is a setting in 2.3 and part of the path in 2.4.</summary>
    public static readonly ValueKind<MailboxTemplate> Mail = new(
        "template",
        $"a format and a path, such as maildir:~/Maildir; it may have {MailboxTemplate.Names}",
        static text => text.Split(':') is [{ Length: > 0 } format, { Length: > 0 } path] && format.All(char.IsAsciiLetterLower) && IsPlain(path) && MailboxTemplate.TryParse(text, out var template)
            ? Parsed<MailboxTemplate>.Good(template)
            : Parsed<MailboxTemplate>.Bad(),
        static template => JsonText.Quote(template.Text));

    /// <summary>What reading goes on with when there is none.</summary>
    public static readonly MailboxTemplate AnyHome = MailboxTemplate.TryParse("/{domain}/{local}", out var template) ? template : throw new InvalidOperationException();

    private static bool IsPath(string text) => text.StartsWith('/') && IsPlain(text);

    private static bool IsPlain(string text) =>
        text.Length <= ValueKinds.MaxTextCharacters && !text.Any(char.IsControl) && !text.Contains('%', StringComparison.Ordinal) && !text.Split('/').Contains("..", StringComparer.Ordinal);
}
