namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Tells an administrator what changed, once; and what goes on being wrong, again each hour.</summary>
/// <param name="report">Must not block.</param>
internal sealed class SyncReports(Action<SyncEvent> report, TimeProvider time)
{
    internal static readonly TimeSpan RepeatEvery = TimeSpan.FromHours(1);

    /// <summary>What grows by the second is told by the minute.</summary>
    internal static readonly TimeSpan GrowthEvery = TimeSpan.FromMinutes(1);

    /// <summary>Of more than this at once only the number is told, by the status.</summary>
    internal const int MaxConflicts = 20;

    private const string WithheldAdvice =
        "if the entries are to go, confirm with 'policydaemon ldap accept'; if not, put them back on the server";

    private const string BehindAdvice =
        "if the server was restored from a backup on purpose, confirm with 'policydaemon ldap accept'; else change the entries there again, or mend the replica";

    private readonly Lock gate = new();
    private readonly Dictionary<Type, (SyncEvent Alarm, long SaidAt)> alarms = [];

    public void Tell(SyncEvent news) => report(news);

    public void Refreshed(SyncRefreshed news)
    {
        Clear<SyncInterrupted>();
        report(news);
    }

    /// <summary>An alarm that lasts: said now if it is new or says something else than before.</summary>
    /// <param name="grows">The numbers in it may change often: then it is said again after a minute at the earliest.</param>
    public void Raise<T>(T alarm, bool grows = false)
        where T : SyncEvent
    {
        lock (gate)
        {
            if (alarms.TryGetValue(typeof(T), out var known) && (known.Alarm.Equals(alarm) || (grows && time.GetElapsedTime(known.SaidAt) < GrowthEvery)))
            {
                return;
            }

            alarms[typeof(T)] = (alarm, time.GetTimestamp());
        }

        report(alarm);
    }

    /// <returns>Whether there was such an alarm.</returns>
    public bool Clear<T>()
        where T : SyncEvent
    {
        lock (gate) return alarms.Remove(typeof(T));
    }

    /// <summary>Says again what has been wrong for an hour more.</summary>
    public void Repeat()
    {
        var due = new List<SyncEvent>();
        lock (gate)
        {
            foreach (var (kind, (alarm, saidAt)) in alarms)
            {
                if (time.GetElapsedTime(saidAt) >= RepeatEvery) due.Add(alarm);
            }

            foreach (var alarm in due) alarms[alarm.GetType()] = (alarm, time.GetTimestamp());
        }

        foreach (var alarm in due) report(alarm);
    }

    /// <summary>What a picture shows that nobody has been told.</summary>
    public void Look(SyncPicture picture, string? provider)
    {
        var name = provider ?? "";
        if (picture.Withheld > 0) Raise(new SyncWithheld(name, picture.Withheld, picture.View.Count, WithheldAdvice), grows: true);
        else if (Clear<SyncWithheld>()) report(new SyncSettled(name, "nothing is withheld any more"));

        if (picture.Older > 0 || picture.IsProviderBehind) Raise(new SyncProviderBehind(name, picture.Older, BehindCause(picture), BehindAdvice), grows: true);
        else if (Clear<SyncProviderBehind>()) report(new SyncSettled(name, "the provider has all that the view has"));
    }

    private static string BehindCause(SyncPicture picture) => picture.IsProviderBehind
        ? "the provider does not have all changes that are known already"
        : "the provider has an older state of some entries, or shows less of them";
}
