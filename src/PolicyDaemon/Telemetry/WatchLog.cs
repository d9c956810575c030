using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Watch;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>The log lines of what is watched for running full. Each alert says what it means for mail (<c>effect</c>) and what to do (<c>advice</c>).</summary>
internal sealed class WatchLog(DaemonLog log)
{
    /// <summary>A level was reached. Once for each, and every hour while it lasts.</summary>
    public void Alert(WatchSubject subject, WatchLevel level, WatchPicture picture) => log.Write(
        level == WatchLevel.Critical ? LogEventLevel.Error : LogEventLevel.Warning,
        LogEvents.WatchAlert,
        null,
        ("subject", Word(subject)),
        ("level", ValueKinds.Word(level)),
        ("threshold", level == WatchLevel.Critical ? picture.CriticalAt : picture.WarningAt),
        ("effect", Effect(subject, level, picture)),
        ("advice", Advice(subject, picture)),
        ("place", picture.Place),
        ("seen", picture.Seen));

    /// <summary>It is better, by a tenth at least.</summary>
    /// <param name="level">What it is now.</param>
    public void Settled(WatchSubject subject, WatchLevel level, WatchPicture picture) => log.Write(
        LogEventLevel.Information,
        LogEvents.WatchSettled,
        null,
        ("subject", Word(subject)),
        ("level", ValueKinds.Word(level)),
        ("place", picture.Place),
        ("seen", picture.Seen));

    /// <summary>It cannot be looked at.</summary>
    public void Blind(WatchSubject subject, string place, string cause) => log.Write(
        LogEventLevel.Warning,
        LogEvents.WatchBlind,
        null,
        ("subject", Word(subject)),
        ("effect", "nobody is told when it runs full, and no mail is stopped for it"),
        ("advice", IsQueue(subject) ? "see that Postfix runs, and that the daemon has the group postdrop (SupplementaryGroups=postdrop in its unit)" : "see watch.mailStore, watch.queueDirectory and stateDirectory"),
        ("place", place),
        ("cause", cause));

    /// <summary>It can be looked at again.</summary>
    public void Sees(WatchSubject subject, WatchPicture picture) => log.Write(
        LogEventLevel.Information, LogEvents.WatchSees, null, ("subject", Word(subject)), ("place", picture.Place), ("seen", picture.Seen));

    /// <summary>A mistake of ours; the watching goes on.</summary>
    public void Fault(Exception exception) => log.Write(LogEventLevel.Error, LogEvents.WatchFault, exception);

    /// <summary>For people.</summary>
    public static string Name(WatchSubject subject) => subject switch
    {
        WatchSubject.MailStore => "the disk of the mail store",
        WatchSubject.QueueDisk => "the disk of Postfix's queue",
        WatchSubject.StateDisk => "the disk of the daemon's own files",
        WatchSubject.QueueMessages => "Postfix's queue",
        _ => "the oldest message in Postfix's queue",
    };

    public static string Word(WatchSubject subject) => subject switch
    {
        WatchSubject.MailStore => "mail_store",
        WatchSubject.QueueDisk => "queue_disk",
        WatchSubject.StateDisk => "state_disk",
        WatchSubject.QueueMessages => "queue_messages",
        _ => "queue_age",
    };

    public static string Effect(WatchSubject subject, WatchLevel level, WatchPicture picture) => (subject, level) switch
    {
        (WatchSubject.QueueMessages or WatchSubject.QueueAge, WatchLevel.Normal) => "mail leaves the queue",
        (WatchSubject.QueueMessages or WatchSubject.QueueAge, _) => "mail is not delivered as fast as it comes",
        (WatchSubject.StateDisk, WatchLevel.Normal) => "the daemon can write what it keeps",
        (WatchSubject.StateDisk, _) => "none yet; when it is full the daemon can write no block, charge or delivery of its own any more",
        (_, WatchLevel.Critical) => "checks.storage defers mail from outside, 452 4.3.1, until a tenth more than the threshold is free",
        (_, WatchLevel.Warning) => $"none yet; from {picture.CriticalAt} on checks.storage defers mail from outside",
        _ => "mail from outside is taken",
    };

    public static string LookCommand(WatchSubject subject, WatchPicture picture) =>
        IsQueue(subject) ? "postqueue -p" : $"df -h {Admin.ShellWord.Quote(picture.Place)}; df -i {Admin.ShellWord.Quote(picture.Place)}";

    private static string Advice(WatchSubject subject, WatchPicture picture) => IsQueue(subject)
        ? "see in postqueue -p and in the mail log why mail waits"
        : $"see {LookCommand(subject, picture)}";

    private static bool IsQueue(WatchSubject subject) => subject is WatchSubject.QueueMessages or WatchSubject.QueueAge;
}
