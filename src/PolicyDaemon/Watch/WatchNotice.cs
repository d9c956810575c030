using System.Text.Json.Nodes;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Watch;

/// <summary>What people are told about something that runs full, or does no more.</summary>
internal static class WatchNotice
{
    public static Notice Of(WatchSubject subject, WatchLevel level, WatchPicture picture, string node, DateTimeOffset now)
    {
        var name = WatchLog.Name(subject);
        return new Notice(
            Guid.CreateVersion7(now).ToString("N"),
            now,
            node,
            level == WatchLevel.Normal ? $"{name} is well again: {picture.Seen}" : $"{name} is at its {Word(level)} threshold: {picture.Seen}",
            Text(subject, level, picture, node),
            new JsonObject
            {
                ["event"] = "watch",
                ["subject"] = ValueKinds.Word(subject),
                ["level"] = Word(level),
                ["place"] = picture.Place,
                ["seen"] = picture.Seen,
                ["effect"] = WatchLog.Effect(subject, level, picture),
            });
    }

    private static string Text(WatchSubject subject, WatchLevel level, WatchPicture picture, string node) =>
        $"""
        What       {WatchLog.Name(subject)}
        Where      {picture.Place}
        Seen       {picture.Seen}
        Level      {Word(level)} (warning at {picture.WarningAt}, critical at {picture.CriticalAt})
        Means      {WatchLog.Effect(subject, level, picture)}
        Node       {node}

        To look:
            policydaemon status
            {WatchLog.LookCommand(subject, picture)}

        """;

    private static string Word(WatchLevel level) => ValueKinds.Word(level);
}
