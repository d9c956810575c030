using System.Globalization;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Watch;

namespace PolicyDaemon.Alerts;

/// <summary>Counts what the guard against guessing has locked: one lock is its daily work, many at a time are an attack that somebody should look at.</summary>
internal sealed class GuardStorm(TimeProvider time)
{
    public const string Event = "guardStorm";

    /// <summary>Locks count so long.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    /// <summary>More than the largest threshold; older ones are forgotten.</summary>
    private const int Most = 10_000;

    private readonly Lock gate = new();
    private readonly Queue<long> locks = [];
    private bool isOn;

    public void Count()
    {
        lock (gate)
        {
            if (locks.Count == Most) locks.Dequeue();
            locks.Enqueue(time.GetTimestamp());
        }
    }

    /// <param name="threshold">So many locks are a storm; it is over below half of them. 0: none ever is.</param>
    public Standing Look(int threshold)
    {
        int count;
        lock (gate)
        {
            while (locks.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= Within) locks.Dequeue();
            count = locks.Count;
        }

        isOn = threshold > 0 && (count >= threshold || (isOn && count * 2 >= threshold));
        return new Standing(
            "guard",
            Event,
            isOn ? WatchLevel.Warning : WatchLevel.Normal,
            string.Create(CultureInfo.InvariantCulture, $"{count} logins and client networks locked within {Durations.Format(Within)}"),
            isOn ? "who guesses gets no password checked; look whether a person or a webmail is among them" : "the guard does its daily work",
            "policydaemon guard show");
    }
}
