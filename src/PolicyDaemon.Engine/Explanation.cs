using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine;

/// <summary>A decision taken apart, for <c>policydaemon ask</c>: every check, reached or not, with the facts it used.</summary>
/// <param name="Age">Of the oldest fact that was used.</param>
public sealed record Explanation(Decision Decision, TimeSpan Age, IReadOnlyList<CheckStep> Steps);

/// <param name="IsReached">False: an earlier check had ended the walk, or the check is off.</param>
/// <param name="Alone">What this check would answer if it were the only one and enforced.</param>
public sealed record CheckStep(
    CheckName Check, CheckSettings Settings, bool IsReached, CheckResult Result, Decision Alone, IReadOnlyList<Fact> Facts);

/// <summary>One fact that a check used.</summary>
/// <param name="Question"><c>login alice</c>, <c>address bob@example.org</c>, …</param>
/// <param name="Answer">One line.</param>
/// <param name="IsKnown">False: the source could not say.</param>
public sealed record Fact(string Question, string Answer, Provenance Provenance, bool IsKnown = true)
{
    internal static string Describe<T>(Lookup<T> lookup)
        where T : class => lookup.Answer switch
        {
            LookupAnswer.Found => Describe(lookup.Value!),
            LookupAnswer.NotFound => "not found",
            _ => $"unavailable: {lookup.Cause ?? "no answer"}",
        };

    private static string Describe(object value) => value switch
    {
        Account account => string.Join("; ", account.States.Select(state => $"account {account.Name}, {Describe(state)}")),
        AddressEntry { IsExtra: true } => "known to Postfix only",
        AddressEntry { Accounts.Count: > 0 } entry => $"address of {string.Join(", ", entry.Accounts.Select(account => account.Name))}",
        AddressEntry entry => $"alias of {string.Join(", ", entry.Destinations.Take(5))}{(entry.Destinations.Count > 5 ? ", ..." : "")}",
        DomainEntry domain => domain.IsEnabled ? "ours" : "ours, disabled",
        _ => "found",
    };

    private static string Describe(AccountState state)
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
