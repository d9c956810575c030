using PolicyDaemon.Engine.Authentication;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>Told once about every attempt to log in: writes its log line and counts it.</summary>
/// <remarks>Never the password, nor anything that was made of it. What the client typed comes last.</remarks>
internal sealed class AuthenticationLog(DaemonLog log, DaemonMetrics metrics) : IAuthenticationObserver
{
    public void OnAuthentication(AuthenticationRequest request, AuthenticationAnswer answer, TimeSpan elapsed)
    {
        metrics.Logins.Count(request, answer, elapsed);
        if (!request.IsDelayedElsewhere) metrics.Guard.CountDelay(answer.Delay);
        var level = answer.Outcome == AuthenticationOutcome.TryLater ? LogEventLevel.Warning : LogEventLevel.Information;
        if (!log.IsEnabled(level)) return;
        log.Write(
            level,
            EventOf(answer.Outcome),
            null,
            ("reason", answer.Reason?.Name ?? ""),
            ("service", request.Service),
            ("client_address", request.ClientAddress?.ToString() ?? ""),
            ("account", answer.Account?.Name ?? ""),
            ("secured", request.IsSecured ? "yes" : "no"),
            ("age_ms", (long)answer.Age.TotalMilliseconds),
            ("elapsed_ms", Math.Round(elapsed.TotalMilliseconds, 2)),
            ("detail", answer.Cause ?? ""),
            ("session", request.Session),
            ("login", request.Login));
    }

    public void OnFault(AuthenticationRequest request, Exception exception) =>
        log.Write(LogEventLevel.Error, LogEvents.LoginFault, exception, ("service", request.Service), ("login", request.Login));

    private static string EventOf(AuthenticationOutcome outcome) => outcome switch
    {
        AuthenticationOutcome.Accepted => LogEvents.LoginAccepted,
        AuthenticationOutcome.Refused => LogEvents.LoginRefused,
        _ => LogEvents.LoginDeferred,
    };
}
