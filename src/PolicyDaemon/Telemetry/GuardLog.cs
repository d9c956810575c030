using System.Globalization;
using PolicyDaemon.Engine.Guessing;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>The log lines of the guard against guessing.</summary>
internal sealed class GuardLog(DaemonLog log)
{
    /// <summary>Once for each lock, on the node that saw the last guess.</summary>
    public void Locked(GuardLock found) => log.Write(
        LogEventLevel.Warning, LogEvents.GuessingLocked, null, ("until", found.Until.ToString("O", CultureInfo.InvariantCulture)), ("subject", found.Key));

    /// <summary>An administrator took back what was counted or locked.</summary>
    public void Cleared(string subject, string author) =>
        log.Write(LogEventLevel.Information, LogEvents.GuessingCleared, null, ("author", author), ("subject", subject));

    /// <param name="cause">Why what is seen cannot be kept and shared; null when it can again.</param>
    public void StoreChanged(string? cause)
    {
        if (cause is null) log.Write(LogEventLevel.Information, LogEvents.GuessingShared);
        else log.Write(LogEventLevel.Warning, LogEvents.GuessingAlone, null, ("effect", "this node counts guesses for itself"), ("cause", cause));
    }
}
