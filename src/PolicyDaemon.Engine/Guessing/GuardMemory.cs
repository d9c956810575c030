namespace PolicyDaemon.Engine.Guessing;

/// <summary>The guard's state, made of events in any order and from any node. Bounded; what was quiet for longest is forgotten first.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class GuardMemory(int maxGuesses, int maxNetworks)
{
    private readonly Dictionary<string, GuessTally> tallies = new(StringComparer.Ordinal);
    private int guesses;

    public KnownNetworks Networks { get; } = new(maxNetworks);

    /// <summary>Guesses that are remembered, of all keys.</summary>
    public int Guesses => guesses;

    public GuessTally? Find(string key) => tallies.GetValueOrDefault(key);

    public IEnumerable<KeyValuePair<string, GuessTally>> All => tallies;

    /// <returns>The lock that this event has brought; null: none.</returns>
    public GuardLock? Apply(GuardEvent change, GuardRules rules)
    {
        switch (change.Kind)
        {
            case GuardEventKind.Known:
                Networks.Add(change.Key, change.At);
                return null;
            case GuardEventKind.Clear:
                Remove(change.Key);
                return null;
            case GuardEventKind.Guess:
                return AddGuess(change, rules);
            default:
                return null;
        }
    }

    private GuardLock? AddGuess(GuardEvent guess, GuardRules rules)
    {
        if (!tallies.TryGetValue(guess.Key, out var tally)) tallies[guess.Key] = tally = new GuessTally();
        var before = tally.Count;
        var isLocked = tally.Add(guess.Digest, guess.At, rules, MostOf(guess.Key, rules));
        guesses += tally.Count - before;
        if (guesses > maxGuesses || tallies.Count > maxGuesses) MakeRoom();
        return isLocked ? new GuardLock(guess.Key, tally.LockedUntil) : null;
    }

    private static int MostOf(string key, GuardRules rules) =>
        key.StartsWith("known ", StringComparison.Ordinal) ? rules.DistinctPasswords * GuardRules.KnownNetworkFactor : rules.DistinctPasswords;

    private void Remove(string key)
    {
        if (tallies.Remove(key, out var tally)) guesses -= tally.Count;
    }

    /// <summary>Down to three quarters, so that this is rare. A lock counts as long as it lasts.</summary>
    private void MakeRoom()
    {
        foreach (var (key, _) in tallies.OrderBy(pair => pair.Value.LockedUntil > pair.Value.LastAt ? pair.Value.LockedUntil : pair.Value.LastAt).ToList())
        {
            if (guesses <= maxGuesses / 4 * 3 && tallies.Count <= maxGuesses / 4 * 3) return;
            Remove(key);
        }
    }
}
