using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The questions of a directory.</summary>
internal enum Question
{
    Account,
    Address,
    Domain,
}

/// <summary>One answer that is kept.</summary>
internal abstract class CacheItem
{
    /// <param name="dependencies">Names whose change may change the answer, besides the key and its domain.</param>
    protected CacheItem(Question question, string key, IEnumerable<string> dependencies, long keptAt)
    {
        (Question, Key, KeptAt) = (question, key, keptAt);
        var domain = key[(key.LastIndexOf('@') + 1)..];
        Dependencies = [.. dependencies.Where(name => name != key && name != domain).Distinct(StringComparer.Ordinal)];
        Use = new LinkedListNode<CacheItem>(this);
    }

    public Question Question { get; }

    public string Key { get; }

    public string[] Dependencies { get; }

    public long KeptAt { get; }

    /// <summary>Its place among the others.</summary>
    public LinkedListNode<CacheItem> Use { get; }

    /// <summary>Whether a change of what has this name may change the answer; a name without <c>@</c> may be a domain with all that is in it.</summary>
    public bool DependsOn(string name) =>
        name == Key || Array.IndexOf(Dependencies, name) >= 0 || (!name.Contains('@', StringComparison.Ordinal) && IsIn(name));

    /// <summary>Whether the key, or something that the answer depends on, is in a domain.</summary>
    public bool IsIn(string domain) => IsIn(Key, domain) || Dependencies.Any(name => IsIn(name, domain));

    private static bool IsIn(string name, string domain) =>
        name.Length > domain.Length && name[^(domain.Length + 1)] == '@' && name.EndsWith(domain, StringComparison.Ordinal);
}

internal sealed class CacheItem<T>(Question question, string key, IEnumerable<string> dependencies, long keptAt, Lookup<T> answer)
    : CacheItem(question, key, dependencies, keptAt)
    where T : class
{
    public Lookup<T> Answer { get; } = answer;
}
