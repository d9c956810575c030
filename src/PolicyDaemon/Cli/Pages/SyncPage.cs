using System.Globalization;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows how a source is that is kept in memory.</summary>
internal static class SyncPage
{
    /// <param name="savedView">Path of the file that keeps the accounts over a restart; null: not shown.</param>
    public static void Write(Page page, string source, SyncReport sync, DateTimeOffset now, string? savedView = null)
    {
        page.Line(Word.Strong(source), "  ", Connection(sync.Connection), sync.Provider is { } provider ? $"  {provider}" : "");
        page.Fields(
            2,
            ("cause", sync.Cause is { } cause ? new Word(cause, Tone.Warning) : default(Word?)),
            ("answers", Answers(sync)),
            ("last heard", sync.AgeMs is { } age ? $"{Times.Length(TimeSpan.FromMilliseconds(age))} ago; counts for {Times.Length(TimeSpan.FromMilliseconds(sync.StaleForMs))}" : null),
            ("accounts", Number(sync.Entries)),
            ("last change", sync.LastChange is { } change ? $"{Times.Moment(change)}, {Times.Length(now - change)} ago" : null),
            ("changes", Number(sync.Changes)),
            ("withheld", sync.Withheld == 0 ? default(Word?) : new Word($"{Number(sync.Withheld)} that the server has not any more; if that is right: policydaemon ldap accept", Tone.Bad)),
            ("older", sync.Older == 0 ? default(Word?) : new Word($"{Number(sync.Older)} of which the server has an older state; if that is right: policydaemon ldap accept", Tone.Bad)),
            ("conflicts", sync.Conflicts == 0 ? default(Word?) : new Word($"{Number(sync.Conflicts)} logins or addresses that several entries claim; the log names them (ldap_conflict)", Tone.Warning)),
            ("cookie", sync.Cookie),
            ("saved view", savedView));
    }

    private static Word Connection(SyncConnection connection) => connection switch
    {
        SyncConnection.Connected => new Word("connected", Tone.Good),
        SyncConnection.Refreshing => new Word("refreshing", Tone.Good),
        SyncConnection.Lagging => new Word("lagging", Tone.Warning),
        SyncConnection.Unsupported => new Word("cannot be followed", Tone.Warning),
        _ => new Word("disconnected", Tone.Bad),
    };

    private static Word Answers(SyncReport sync) => sync.AnswersFrom switch
    {
        AnswersFrom.View => "from memory",
        AnswersFrom.Server => new Word("by asking a server each time", Tone.Warning),
        _ => new Word("none: stale, checks take their whenUnavailable", Tone.Bad),
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
