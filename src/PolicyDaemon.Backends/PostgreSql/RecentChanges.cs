namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The changes heard of last, to tell whether one of them has overtaken an answer that was on its way. Not thread-safe.</summary>
internal sealed class RecentChanges
{
    private const int Capacity = 4096;

    private readonly (long Number, string Name)[] ring = new (long, string)[Capacity];
    private long number;
    private int count;
    private int next;

    /// <summary>Changes up to this one are not known by name: everything may have changed.</summary>
    private long unknown;

    /// <summary>The number of the last change.</summary>
    public long Mark => number;

    public void Add(string name)
    {
        if (count == Capacity) unknown = ring[next].Number;
        else count++;
        ring[next] = (++number, name);
        next = (next + 1) % Capacity;
    }

    /// <summary>Everything may have changed.</summary>
    public void AddAll() => unknown = ++number;

    /// <summary>Whether a change after this mark could have changed an answer.</summary>
    public bool HaveOvertaken(CacheItem item, long mark)
    {
        if (mark < unknown) return true;
        for (var i = 1; i <= count; i++)
        {
            var (at, name) = ring[(next - i + Capacity) % Capacity];
            if (at <= mark) return false;
            if (item.DependsOn(name)) return true;
        }

        return false;
    }
}
