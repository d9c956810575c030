namespace PolicyDaemon.Engine.Containment;

/// <summary>The different things of one kind that one login did lately, each with the time when it was last seen.</summary>
internal sealed class Tally
{
    /// <summary>How many places are remembered for a person to look at.</summary>
    private const int MaxPlaces = 10;

    private readonly Dictionary<string, long> seenAt = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> places = [];

    public int Count => seenAt.Count;

    /// <summary>The places seen last, the latest one at the end.</summary>
    public IReadOnlyList<string> Places => places;

    /// <param name="isOld">Whether a time is outside the window.</param>
    /// <returns>Whether that many different things were seen within the window. Never holds more.</returns>
    public bool Add(string value, string place, long now, int most, Func<long, bool> isOld)
    {
        seenAt[value] = now;
        places.Remove(place);
        if (places.Count == MaxPlaces) places.RemoveAt(0);
        places.Add(place);
        if (seenAt.Count < most) return false;

        foreach (var (key, time) in seenAt)
        {
            if (isOld(time)) seenAt.Remove(key);
        }

        return seenAt.Count >= most;
    }
}
