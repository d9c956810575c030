using System.Globalization;
using System.Text.Json.Nodes;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Notices;
using PolicyDaemon.Watch;

namespace PolicyDaemon.Alerts;

/// <summary>What people are told about something that is away or under attack, or is no more.</summary>
internal static class AlertNotice
{
    /// <param name="level">What has lasted; at most the standing's own.</param>
    public static Notice Of(Standing standing, WatchLevel level, string node, DateTimeOffset now) => new(
        Guid.CreateVersion7(now).ToString("N"),
        now,
        node,
        Title(standing, level),
        $"""
        What       {standing.Subject}
        Level      {ValueKinds.Word(level)}
        Seen       {standing.Seen}
        Means      {standing.Effect}
        Time       {now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}
        Node       {node}

        To look:
            policydaemon status
            {standing.Look}

        """,
        new JsonObject
        {
            ["event"] = standing.Event,
            ["source"] = standing.Subject,
            ["level"] = ValueKinds.Word(level),
            ["seen"] = standing.Seen,
            ["effect"] = standing.Effect,
        });

    private static string Title(Standing standing, WatchLevel level) => (standing.Event, level) switch
    {
        (GuardStorm.Event, WatchLevel.Normal) => "the storm of guessed passwords is over",
        (GuardStorm.Event, _) => $"a storm of guessed passwords: {standing.Seen}",
        (SourceStanding.StoreEvent, WatchLevel.Normal) => "the store is back",
        (SourceStanding.StoreEvent, _) => $"the store is lost: {standing.Seen}",
        (_, WatchLevel.Normal) => $"the directory {standing.Subject} is well again",
        _ => $"the directory {standing.Subject}: {standing.Seen}",
    };
}
