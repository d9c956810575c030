using PolicyDaemon.Engine;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Admin;

/// <summary>Turns the engine's explanation into the report that <c>ask</c> shows.</summary>
internal static class AskAnswer
{
    /// <param name="away">Sources that cannot be asked at present.</param>
    public static AskReport Describe(MailRequest request, Explanation explanation, IReadOnlyList<SourceReport> away)
    {
        var decision = explanation.Decision;
        return new AskReport
        {
            Question = AskQuestion.Describe(request),
            Verdict = decision.Verdict,
            CannotTell = explanation.Steps.Any(step => step.IsReached && step.Check == decision.Check && step.Result.IsUnavailable),
            Check = decision.Check,
            Reason = decision.Reason?.Name,
            Detail = NullWhenEmpty(decision.Detail),
            Action = PolicyMapping.ToAction(decision),
            Reply = PostfixAnswer.ReplyOf(request, decision),
            AgeMs = (long)explanation.Age.TotalMilliseconds,
            SourcesAway = away,
            Checks = [.. explanation.Steps.Select(Describe)],
        };
    }

    private static AskedCheck Describe(CheckStep step) => new()
    {
        Check = step.Check,
        Mode = step.Settings.Mode,
        WhenUnavailable = step.Settings.WhenUnavailable,
        Reached = step.IsReached,
        Unavailable = step.Result.IsUnavailable,
        Verdict = step.Alone.Verdict,
        Reason = step.Result.Reason?.Name,
        Reply = step.Alone.Reply?.Line,
        Detail = NullWhenEmpty(step.Result.Detail),
        Facts = [.. step.Facts.Select(FactReport.Of)],
    };

    private static string? NullWhenEmpty(string text) => text.Length == 0 ? null : text;
}
