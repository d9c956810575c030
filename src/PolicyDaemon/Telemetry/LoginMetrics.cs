using System.Diagnostics;
using System.Diagnostics.Metrics;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Telemetry;

/// <summary>Attempts to log in.</summary>
internal sealed class LoginMetrics(Meter meter)
{
    /// <summary>What peers name themselves; anything else is one value, so that a peer cannot make many.</summary>
    private static readonly HashSet<string> Services = new(StringComparer.Ordinal) { "smtp", "submission", "imap", "pop3", "sieve", "lmtp", "doveadm" };

    private readonly Counter<long> logins = meter.CreateCounter<long>("policydaemon.logins", "{login}", "Attempts to log in, by outcome, reason and service");
    private readonly Histogram<double> duration = meter.CreateHistogram<double>("policydaemon.login.duration", "s", "Time taken by one attempt to log in", advice: Durations.Advice);

    public void Count(AuthenticationRequest request, AuthenticationAnswer answer, TimeSpan elapsed)
    {
        var service = Services.Contains(request.Service) ? request.Service : "other";
        if (logins.Enabled) logins.Add(1, new TagList { { "outcome", Word(answer.Outcome) }, { "reason", answer.Reason?.Name ?? "" }, { "service", service } });
        duration.Record(elapsed.TotalSeconds);
    }

    private static string Word(AuthenticationOutcome outcome) => outcome switch
    {
        AuthenticationOutcome.Accepted => "accepted",
        AuthenticationOutcome.Refused => "refused",
        _ => "deferred",
    };
}
