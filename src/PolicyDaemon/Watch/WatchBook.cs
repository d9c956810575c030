using PolicyDaemon.Admin;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Watch;

/// <summary>How each subject stands, and what is said when that changes: a line in the log, and a notice to people.</summary>
/// <param name="node">Who tells it.</param>
internal sealed class WatchBook(string node, WatchLog lines, Action<Notice> tell, TimeProvider time)
{
    /// <summary>What lasts is said again.</summary>
    private static readonly TimeSpan Repeat = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly SortedDictionary<WatchSubject, Standing> standings = [];

    public IReadOnlyList<WatchReport> Reports
    {
        get
        {
            lock (gate) return [.. standings.Select(standing => standing.Value.Report(standing.Key))];
        }
    }

    /// <summary>Null: the subject is not critical, or is not known.</summary>
    public string? FindShortage(WatchSubject subject)
    {
        lock (gate)
        {
            return standings.GetValueOrDefault(subject) is { Level: WatchLevel.Critical, Blindness: null, Picture: { } picture } ? $"{picture.Place}: {picture.Seen}" : null;
        }
    }

    public void Saw(WatchSubject subject, WatchPicture picture)
    {
        lock (gate)
        {
            var standing = Find(subject);
            if (standing.Blindness is not null) lines.Sees(subject, picture);
            var before = standing.Level;
            standing.See(picture, time.GetUtcNow());
            if (standing.Level > before || (standing.Level > WatchLevel.Normal && time.GetElapsedTime(standing.SaidAt) >= Repeat))
            {
                lines.Alert(subject, standing.Level, picture);
                standing.SaidAt = time.GetTimestamp();
            }
            else if (standing.Level < before)
            {
                lines.Settled(subject, standing.Level, picture);
                standing.SaidAt = time.GetTimestamp();
            }

            if (standing.Pace.IsDue(standing.Level, time.GetUtcNow())) tell(WatchNotice.Of(subject, standing.Level, picture, node, time.GetUtcNow()));
        }
    }

    /// <summary>It cannot be looked at. Once for each time that this begins; what was seen before counts no more.</summary>
    public void Missed(WatchSubject subject, string place, string cause)
    {
        lock (gate)
        {
            var standing = Find(subject);
            if (standing.Blindness is null) lines.Blind(subject, place, cause);
            standing.Miss(place, cause, time.GetUtcNow());
        }
    }

    /// <summary>It is not watched any more.</summary>
    public void Forget(WatchSubject subject)
    {
        lock (gate) standings.Remove(subject);
    }

    private Standing Find(WatchSubject subject)
    {
        if (!standings.TryGetValue(subject, out var standing)) standings.Add(subject, standing = new Standing(time.GetUtcNow()));
        return standing;
    }

    private sealed class Standing(DateTimeOffset first)
    {
        private DateTimeOffset since = first;
        private string place = "";

        public NoticePace Pace { get; } = new();

        public WatchLevel Level { get; private set; }

        public WatchPicture? Picture { get; private set; }

        /// <summary>Why it cannot be looked at; null: it can.</summary>
        public string? Blindness { get; private set; }

        public long SaidAt { get; set; }

        public void See(WatchPicture picture, DateTimeOffset now)
        {
            var next = WatchLevels.Next(Level, picture.Warning, picture.Critical);
            if (next != Level || Blindness is not null) since = now;
            (Level, Picture, Blindness, place) = (next, picture, null, picture.Place);
        }

        public void Miss(string where, string cause, DateTimeOffset now)
        {
            if (Blindness is null) since = now;
            (Blindness, place) = (cause, where);
        }

        public WatchReport Report(WatchSubject subject) => new(subject, place, Level, Picture?.Seen, Blindness, since);
    }
}
