using PolicyDaemon.Admin;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows a decision taken apart.</summary>
internal static class AskPage
{
    public static void Write(Page page, AskReport report)
    {
        page.Line(Word.Faint(Describe(report.Question)));
        page.Line();
        var verdict = new Word(WordOf(report.Verdict), ToneOf(report.Verdict));
        page.Line(verdict, report.CannotTell ? ": cannot tell, a fact could not be had" : "");
        page.Fields(
            2,
            SourcesAway.Fields(report.SourcesAway),
            ("action", report.Action),
            ("reply", report.Reply),
            ("check", report.Check is { } check ? WordOf(check) : null),
            ("reason", report.Reason),
            ("detail", report.Detail),
            ("facts", report.AgeMs == 0 ? "current" : $"up to {Times.Age(report.AgeMs)}"));
        for (var i = 0; i < report.Checks.Count; i++) WriteCheck(page, report.Checks[i], i + 1);
    }

    private static void WriteCheck(Page page, AskedCheck check, int number)
    {
        var isOff = check.Mode == CheckMode.Off;
        page.Line();
        page.Table([[
            new Word(FormattableString.Invariant($"{number} {WordOf(check.Check)}").PadRight(22), Tone.Strong),
            WordOf(check.Mode).PadRight(7),
            isOff ? "" : check.Unavailable ? new Word("unavailable", Tone.Warning) : new Word(WordOf(check.Verdict), ToneOf(check.Verdict)),
            Word.Faint(Standing(check)),
        ]]);
        page.Fields(
            4,
            ("reason", check.Reason),
            ("reply", check.Reply),
            ("detail", check.Detail),
            ("without facts", check.Unavailable ? WordOf(check.WhenUnavailable) : null));
        page.Table(
            [.. check.Facts.Distinct().Select(fact => new[] { Word.Faint("fact"), fact.Question, fact.Answer, Word.Faint(Origin(fact)) })],
            indent: 4);
    }

    /// <summary>What became of the check's word.</summary>
    private static string Standing(AskedCheck check)
    {
        if (check.Mode == CheckMode.Off) return "not asked";
        if (!check.Reached) return "not reached: an earlier check decides";
        var isSilent = check is { Unavailable: false, Verdict: Verdict.Dunno };
        return check.Mode == CheckMode.Observe && !isSilent ? "observed only, does not count" : "";
    }

    private static string Origin(FactReport fact) =>
        fact.Source.Length == 0 ? "" : $"{fact.Source}{(fact.Entry.Length == 0 ? "" : " ")}{fact.Entry}{(fact.Known ? $", {Times.Age(fact.AgeMs)}" : "")}";

    private static string Describe(AskedQuestion question)
    {
        var words = new List<string> { question.Stage };
        Add("sender", question.Sender is null ? "" : question.Sender.Length == 0 ? "<>" : question.Sender);
        Add("recipient", question.Recipient);
        Add("login", question.Login);
        Add("client", question.Client);
        Add("recipient_count", question.RecipientCount == 0 ? "" : FormattableString.Invariant($"{question.RecipientCount}"));
        Add("size", question.Size == 0 ? "" : Sizes.Format(question.Size));
        Add("instance", question.Instance);
        Add("policy_context", question.Context);
        Add("from", question.HeaderFrom ?? "");
        Add("header sender", question.HeaderSender ?? "");
        return string.Join("  ", words);

        void Add(string name, string value)
        {
            if (value.Length > 0) words.Add($"{name} {value}");
        }
    }

    private static Tone ToneOf(Verdict verdict) => verdict switch
    {
        Verdict.Dunno => Tone.Good,
        Verdict.Reject => Tone.Bad,
        _ => Tone.Warning,
    };

    /// <summary>As configuration and JSON spell it.</summary>
    private static string WordOf<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
