using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Where a mailbox is, with places for parts of the user's address.</summary>
internal static class MailboxKinds
{
    /// <summary>The directory of one user.</summary>
    public static readonly ValueKind<MailboxTemplate> Home = new(
        "template",
        $"an absolute path that is another for every user, such as /var/vmail/{{domain}}/{{local}}; it may have {MailboxTemplate.Names}",
        static text => MailboxPaths.IsHome(text) && MailboxTemplate.TryParse(text, out var template) && template.TellsUsersApart ? Parsed<MailboxTemplate>.Good(template) : Parsed<MailboxTemplate>.Bad(),
        static template => JsonText.Quote(template.Text));

    /// <summary>The mail itself.</summary>
    public static readonly ValueKind<MailboxTemplate> Mail = new(
        "template",
        $"a format and a path, such as maildir:~/Maildir; it may have {MailboxTemplate.Names}",
        static text => MailboxPaths.IsMail(text) && MailboxTemplate.TryParse(text, out var template)
            ? Parsed<MailboxTemplate>.Good(template)
            : Parsed<MailboxTemplate>.Bad(),
        static template => JsonText.Quote(template.Text));

    /// <summary>What reading goes on with when there is none.</summary>
    public static readonly MailboxTemplate AnyHome = MailboxTemplate.TryParse("/{domain}/{local}", out var template) ? template : throw new InvalidOperationException();
}
