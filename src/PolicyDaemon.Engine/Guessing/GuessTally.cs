namespace PolicyDaemon.Engine.Guessing;

/// <summary>The different wrong passwords of one key, each with the time when it was tried last.</summary>
internal sealed class GuessTally
{
    private readonly Dictionary<ulong, DateTimeOffset> guesses = [];

    public int Count => guesses.Count;

    public DateTimeOffset LastAt { get; private set; }

    /// <summary>In the past, or never, when it is not locked.</summary>
    public DateTimeOffset LockedUntil { get; private set; }

    public bool Contains(ulong digest) => guesses.ContainsKey(digest);

    /// <summary>How many of the guesses are within the window.</summary>
    public int CountWithin(TimeSpan window, DateTimeOffset now) => guesses.Values.Count(at => now - at < window);

    /// <returns>True when this guess has locked it. What was counted is then forgotten: after the lock the counting begins anew.</returns>
    public bool Add(ulong digest, DateTimeOffset at, GuardRules rules, int most)
    {
        LastAt = at > LastAt ? at : LastAt;
        guesses[digest] = at;
        if (guesses.Count < most) return false;
        foreach (var (other, seenAt) in guesses)
        {
            if (at - seenAt >= rules.Within) guesses.Remove(other);
        }

        if (guesses.Count < most) return false;
        guesses.Clear();
        LockedUntil = at + rules.Lockout;
        return true;
    }
}
