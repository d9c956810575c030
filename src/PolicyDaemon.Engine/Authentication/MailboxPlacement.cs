using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>Where the mailbox of an account is: what its directory says of it, and for the rest the rules that are the same for all.</summary>
/// <remarks>A directory may say nothing that the configuration may not say: no system user, no path that leads elsewhere.</remarks>
internal static class MailboxPlacement
{
    /// <param name="fault">Why it cannot be told, behind the user's name.</param>
    public static bool TryPlace(MailboxRules rules, Account account, string user, [NotNullWhen(true)] out Mailbox? mailbox, [NotNullWhen(false)] out string? fault)
    {
        mailbox = null;
        var facts = account.Mailbox;
        if (account.MainAddress is not { } address)
        {
            fault = "has no address";
            return false;
        }

        fault = FindFault("uid", facts.Uid, rules.MinimumUid) ?? FindFault("gid", facts.Gid, rules.MinimumGid) ?? FindPathFault(facts);
        if (fault is not null) return false;
        if ((facts.Home ?? rules.Home.Fill(user, address)) is not { } home || !TryFind(rules, facts, user, address, out var mail))
        {
            fault = "has characters that may not be part of a path";
            return false;
        }

        mailbox = new Mailbox
        {
            User = user,
            Address = address,
            Uid = Number(facts.Uid) ?? rules.Uid,
            Gid = Number(facts.Gid) ?? rules.Gid,
            Home = home,
            Mail = mail,
            QuotaOctets = account.QuotaOctets ?? rules.QuotaOctets,
        };
        return true;
    }

    private static bool TryFind(MailboxRules rules, MailboxFacts facts, string user, EmailAddress address, out string? mail)
    {
        mail = facts.Mail ?? rules.Mail?.Fill(user, address);
        return mail is not null || rules.Mail is null;
    }

    private static string? FindFault(string what, string? text, uint minimum) =>
        text is null ? null
        : Number(text) is not { } number ? $"has a {what} that is no number: {SafeText.OneLine(text, 40)}"
        : number < minimum ? string.Create(CultureInfo.InvariantCulture, $"has the {what} {number}, a number of the system: expected at least {minimum}")
        : null;

    private static string? FindPathFault(MailboxFacts facts) =>
        facts.Home is { } home && !MailboxPaths.IsHome(home) ? $"has a home that is no usable path: {SafeText.OneLine(home, 80)}"
        : facts.Mail is { } mail && !MailboxPaths.IsMail(mail) ? $"has a place for mail that is no format and usable path: {SafeText.OneLine(mail, 80)}"
        : null;

    /// <summary>-1 means "leave it" to chown(2), and is nobody's.</summary>
    private static uint? Number(string? text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < uint.MaxValue ? number : null;
}
