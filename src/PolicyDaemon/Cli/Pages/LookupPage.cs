using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows what the directories know about one key.</summary>
internal static class LookupPage
{
    public static void Write(Page page, LookupReport report)
    {
        page.Line(Word.Strong($"{report.Kind.ToString().ToLowerInvariant()} {report.Key}"), "  ", Answer(report));
        page.Fields(
            2,
            SourcesAway.Fields(report.SourcesAway),
            ("cause", report.Cause),
            ("domain", Domain(report)),
            ("limits", Join(report.Limits)),
            ("owners", report.Owners is { } owners ? owners.Count == 0 ? "nobody" : string.Join(", ", owners) : null),
            ("mail goes to", report.Route is { } route ? Describe(route) : null),
            ("open to", report.Route is { AllowedSenders: { Count: > 0 } senders } ? string.Join(", ", senders) : null));
        foreach (var account in report.Accounts) WriteAccount(page, account);
        WriteFacts(page, report.Facts);
    }

    private static void WriteAccount(Page page, AccountReport account)
    {
        page.Line();
        page.Line(Word.Strong($"account {account.Name}"));
        page.Fields(
            2,
            ("logins", string.Join(", ", account.Logins)),
            ("addresses", string.Join(", ", account.Addresses)),
            ("may send as", string.Join(", ", account.SendAs)),
            ("limits", Join(account.Limits)),
            ("blocked", account.Block is { } block ? new Word(BlocksPage.Describe(block), Tone.Bad) : default(Word?)));
        page.Table(
            [.. account.Rights.Select(right => new[]
            {
                Word.Faint("may"), right.Right, right.Allowed ? new Word("yes", Tone.Good) : new Word("no", Tone.Bad),
                right.Allowed ? "" : $"{right.Reason}, says {right.Source}",
            })],
            indent: 2);
        page.Table(
            [.. account.States.Select(state => new[] { Word.Faint("says"), state.Source, Describe(state), Word.Faint(state.Entry) })],
            indent: 2);
    }

    private static void WriteFacts(Page page, IReadOnlyList<FactReport> facts)
    {
        if (facts.Count == 0) return;
        page.Line();
        page.Line(Word.Strong("asked"));
        page.Table(
            [.. facts.Select(fact => new Word[]
            {
                fact.Question, fact.Answer, Word.Faint(fact.Source), Word.Faint(fact.Entry), Word.Faint(fact.Known ? Times.Age(fact.AgeMs) : ""),
            })],
            indent: 2);
    }

    private static Word Answer(LookupReport report) => report.Answer switch
    {
        LookupAnswer.Found => new Word("found", Tone.Good),
        LookupAnswer.NotFound => new Word("not found", Tone.Bad),
        _ => new Word(report.Accounts.Count > 0 ? "unavailable; what the other sources know:" : "unavailable", Tone.Warning),
    };

    private static string? Domain(LookupReport report) => report switch
    {
        { Kind: LookupKind.Account } => null,
        { IsOurs: null } => "cannot tell whether it is ours",
        { IsOurs: false } => "not ours",
        { IsEnabled: false } => "ours, disabled",
        _ => "ours",
    };

    private static string? Join(IReadOnlyDictionary<string, long>? limits) =>
        limits is null ? null : string.Join(", ", limits.Select(limit => FormattableString.Invariant($"{limit.Key} {limit.Value}")));

    private static string Describe(RouteReport route)
    {
        var places = route.Accounts.Select(account => $"account {account}").ToList();
        if (route.LeadsElsewhere) places.Add("elsewhere");
        return string.Join(", ", places);
    }

    private static string Describe(StateReport state)
    {
        if (!state.IsEnabled) return "disabled";
        var sending = state.SendAllowed switch
        {
            SendAllowed.Absent => "not said",
            SendAllowed.True => "TRUE",
            SendAllowed.False => "FALSE",
            _ => "neither TRUE nor FALSE",
        };
        return $"sendAllowed {sending}, accountStatus {state.Status ?? "not said"}";
    }
}
