namespace PolicyDaemon.Engine.Guessing;

/// <summary>From which networks accounts have logged in lately. Bounded; those used longest ago are forgotten first. For one caller at a time.</summary>
internal sealed class KnownNetworks(int capacity)
{
    private readonly Dictionary<string, DateTimeOffset> usedAt = new(StringComparer.Ordinal);

    public int Count => usedAt.Count;

    /// <param name="key">As <see cref="GuardKey.OfKnown"/> writes it.</param>
    public bool Contains(string key, DateTimeOffset now) => usedAt.TryGetValue(key, out var at) && now - at < GuardRules.KnownFor;

    /// <returns>Whether others need to hear of it: it is new, or nobody has been told for a day.</returns>
    public bool IsNews(string key, DateTimeOffset now) => !usedAt.TryGetValue(key, out var at) || now - at > TimeSpan.FromDays(1);

    public void Add(string key, DateTimeOffset at)
    {
        if (!usedAt.TryGetValue(key, out var before) || at > before) usedAt[key] = at;
        if (usedAt.Count <= capacity) return;
        foreach (var (old, _) in usedAt.OrderBy(pair => pair.Value).Take(Math.Max(1, capacity / 4)).ToList()) usedAt.Remove(old);
    }
}
