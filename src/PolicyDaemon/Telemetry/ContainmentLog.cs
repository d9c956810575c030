using System.Globalization;
using PolicyDaemon.Engine.Blocks;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>The log lines of what the daemon does by itself, and of telling people about it.</summary>
internal sealed class ContainmentLog(DaemonLog log)
{
    /// <summary>The alert: a rule has blocked a login. One line for each block.</summary>
    /// <param name="isKept">False: the store is away, and the block is in force on this node only.</param>
    /// <param name="undo">The command that takes the block back.</param>
    public void Contained(Block block, string rule, bool isKept, IReadOnlyList<string> places, string undo) =>
        log.Write(
            LogEventLevel.Error,
            LogEvents.Contained,
            null,
            ("rule", rule),
            ("action", block.Action.ToString().ToLowerInvariant()),
            ("expires", block.ExpiresAt?.ToString("O", CultureInfo.InvariantCulture) ?? "never"),
            ("kept", isKept ? "yes" : "no"),
            ("reason", block.Reason),
            ("seen_from", string.Join(' ', places)),
            ("subject", block.Subject.ToString()),
            ("undo", undo));

    /// <summary>A block that the store could not take when it was given is there now.</summary>
    public void Kept(Block block) =>
        log.Write(LogEventLevel.Information, LogEvents.ContainmentKept, null, ("author", block.Author), ("subject", block.Subject.ToString()));

    /// <summary>Our own mistake; the counting goes on.</summary>
    public void Fault(Exception exception) => log.Write(LogEventLevel.Error, LogEvents.ContainmentFault, exception);

    public void Sent(string id, string channel, string to) =>
        log.Write(LogEventLevel.Information, LogEvents.NoticeSent, null, ("channel", channel), ("to", to), ("id", id));

    /// <summary>A notice could not be sent and is tried again. Once for each.</summary>
    public void Delayed(string id, string channel, string to, string cause) =>
        log.Write(LogEventLevel.Warning, LogEvents.NoticeDelayed, null, ("channel", channel), ("to", to), ("id", id), ("cause", cause));

    /// <summary>A notice is given up.</summary>
    public void Failed(string id, string channel, string to, string cause) =>
        log.Write(LogEventLevel.Error, LogEvents.NoticeFailed, null, ("channel", channel), ("to", to), ("id", id), ("cause", cause));

    /// <summary>There were too many of its kind.</summary>
    /// <param name="subject">What it would have told.</param>
    /// <param name="until">Before this nobody is told of this kind.</param>
    public void Withheld(string id, string kind, string subject, DateTimeOffset? until) => log.Write(
        LogEventLevel.Warning,
        LogEvents.NoticeWithheld,
        null,
        ("kind", kind),
        ("until", until?.ToString("O", CultureInfo.InvariantCulture) ?? "now"),
        ("id", id),
        ("subject", subject));

    /// <summary>A mistake of ours in what looks after directories, store and guard; the looking goes on.</summary>
    public void AlertFault(Exception exception) => log.Write(LogEventLevel.Error, LogEvents.AlertFault, exception);
}
