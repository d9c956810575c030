namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>A bounded number of answers, those used last, by question and by what they depend on besides. Not thread-safe.</summary>
internal sealed class CacheRoom(int capacity)
{
    private static readonly Question[] Questions = Enum.GetValues<Question>();

    private readonly Dictionary<(Question Question, string Key), CacheItem> items = [];
    private readonly Dictionary<string, HashSet<CacheItem>> byDependency = new(StringComparer.Ordinal);
    private readonly LinkedList<CacheItem> byUse = new();

    public int Count => items.Count;

    public CacheItem? Find(Question question, string key)
    {
        if (!items.TryGetValue((question, key), out var item)) return null;
        if (!ReferenceEquals(byUse.First, item.Use))
        {
            byUse.Remove(item.Use);
            byUse.AddFirst(item.Use);
        }

        return item;
    }

    public void Put(CacheItem item)
    {
        if (Find(item.Question, item.Key) is { } before) Remove(before);
        if (capacity <= 0) return;
        if (items.Count >= capacity) Remove(byUse.Last!.Value);
        items[(item.Question, item.Key)] = item;
        byUse.AddFirst(item.Use);
        foreach (var name in item.Dependencies)
        {
            if (!byDependency.TryGetValue(name, out var those)) byDependency[name] = those = [];
            those.Add(item);
        }
    }

    /// <summary>Removes what depends on a name; a name without <c>@</c> may be a domain, and then stands for everything in it.</summary>
    public void Remove(string name)
    {
        foreach (var question in Questions)
        {
            if (items.TryGetValue((question, name), out var item)) Remove(item);
        }

        if (byDependency.TryGetValue(name, out var those)) RemoveAll(those);
        if (!name.Contains('@', StringComparison.Ordinal)) RemoveAll(items.Values.Where(item => item.IsIn(name)));
    }

    /// <summary>Nothing, when it is not here.</summary>
    public void Remove(CacheItem item)
    {
        if (!items.TryGetValue((item.Question, item.Key), out var here) || !ReferenceEquals(here, item)) return;
        items.Remove((item.Question, item.Key));
        byUse.Remove(item.Use);
        foreach (var name in item.Dependencies)
        {
            if (byDependency.TryGetValue(name, out var those) && those.Remove(item) && those.Count == 0) byDependency.Remove(name);
        }
    }

    public void Clear()
    {
        items.Clear();
        byDependency.Clear();
        byUse.Clear();
    }

    private void RemoveAll(IEnumerable<CacheItem> those)
    {
        foreach (var item in those.ToList()) Remove(item);
    }
}
