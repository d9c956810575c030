using System.Globalization;
using PolicyDaemon.Admin;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows the lists of the directory in PostgreSQL or SQLite.</summary>
internal static class MailboxPages
{
    public static void Write(Page page, DomainList list) => WriteTable(
        page,
        "no domains",
        ["DOMAIN", "ENABLED", "ACCOUNTS", "ALIASES", "LIMITS"],
        list.Domains.Select(domain => new[]
        {
            Word.Strong(domain.Name), YesNo(domain.IsEnabled), domain.Accounts.ToString(CultureInfo.InvariantCulture),
            domain.Aliases.ToString(CultureInfo.InvariantCulture), Join(domain.Limits),
        }));

    public static void Write(Page page, AccountList list) => WriteTable(
        page,
        "no accounts",
        ["ACCOUNT", "ENABLED", "SEND", "STATUS", "QUOTA", "SEND AS", "OPEN TO", "LIMITS"],
        list.Accounts.Select(account => new[]
        {
            Word.Strong(account.Login),
            YesNo(account.IsEnabled),
            account.SendAllowed switch { SendAllowed.True => YesNo(true), SendAllowed.False => YesNo(false), _ => "-" },
            account.Status ?? "-",
            account.QuotaMegabytes == 0 ? "no limit" : Sizes.Format((long)account.QuotaMegabytes << 20),
            Join(account.SendAs),
            Join(account.AllowedSenders),
            Join(account.Limits),
        }));

    public static void Write(Page page, AliasList list) => WriteTable(
        page,
        "no aliases",
        ["ALIAS", "DESTINATIONS", "OPEN TO"],
        list.Aliases.Select(alias => new[] { Word.Strong(alias.Source), Join(alias.Destinations), Join(alias.AllowedSenders) }));

    private static void WriteTable(Page page, string none, Word[] heading, IEnumerable<Word[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) page.Line(none);
        else page.Table([heading, .. all]);
    }

    private static Word YesNo(bool isSo) => isSo ? new Word("yes", Tone.Good) : new Word("no", Tone.Bad);

    private static Word Join(IReadOnlyDictionary<string, long> limits) =>
        Join(limits.OrderBy(limit => limit.Key, StringComparer.Ordinal).Select(limit => FormattableString.Invariant($"{limit.Key}={limit.Value}")));

    private static Word Join(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } text ? text : "-";
}
