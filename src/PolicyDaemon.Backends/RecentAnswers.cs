using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends;

/// <summary>The answers used last, by question, up to a number of them.</summary>
internal sealed class RecentAnswers<T>(int capacity)
    where T : class
{
    private readonly Dictionary<string, LinkedListNode<Known>> byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Known> byUse = new();
    private readonly Lock gate = new();

    public void Put(string key, Lookup<T> answer, long givenAt)
    {
        lock (gate)
        {
            if (byKey.TryGetValue(key, out var node))
            {
                node.Value = new Known(key, answer, givenAt);
                Touch(node);
                return;
            }

            if (byKey.Count >= capacity && byUse.Last is { } oldest)
            {
                byUse.Remove(oldest);
                byKey.Remove(oldest.Value.Key);
            }

            byKey[key] = byUse.AddFirst(new Known(key, answer, givenAt));
        }
    }

    public bool TryGet(string key, out Lookup<T> answer, out long givenAt)
    {
        lock (gate)
        {
            var isKnown = byKey.TryGetValue(key, out var node);
            (answer, givenAt) = isKnown ? (node!.Value.Answer, node.Value.GivenAt) : default;
            if (isKnown) Touch(node!);
            return isKnown;
        }
    }

    public void Remove(string key)
    {
        lock (gate)
        {
            if (byKey.Remove(key, out var node)) byUse.Remove(node);
        }
    }

    /// <summary>Looks at all of them.</summary>
    public void RemoveEndingIn(string end)
    {
        lock (gate)
        {
            foreach (var key in byKey.Keys.Where(key => key.EndsWith(end, StringComparison.Ordinal)).ToList())
            {
                if (byKey.Remove(key, out var node)) byUse.Remove(node);
            }
        }
    }

    private void Touch(LinkedListNode<Known> node)
    {
        if (ReferenceEquals(byUse.First, node)) return;
        byUse.Remove(node);
        byUse.AddFirst(node);
    }

    private readonly record struct Known(string Key, Lookup<T> Answer, long GivenAt);
}
