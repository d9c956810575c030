using System.Collections;
using System.Collections.Immutable;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Some entries, each once, in the order of their DNs; immutable, and for none or one of them nothing but a reference.</summary>
internal readonly struct EntrySet : IReadOnlyList<ViewEntry>
{
    private static readonly ImmutableSortedSet<ViewEntry> None = ImmutableSortedSet.Create<ViewEntry>(Comparer<ViewEntry>.Create(ViewEntry.CompareByDn));

    /// <summary>Null, an entry, or a set of at least two.</summary>
    private readonly object? held;

    internal EntrySet(ViewEntry only) => held = only;

    private EntrySet(ImmutableSortedSet<ViewEntry> several) => held = several.Count > 1 ? several : several.Count == 1 ? several[0] : null;

    public int Count => held switch
    {
        null => 0,
        ViewEntry => 1,
        _ => ((ImmutableSortedSet<ViewEntry>)held).Count,
    };

    public ViewEntry this[int index] => held switch
    {
        ViewEntry only when index == 0 => only,
        ImmutableSortedSet<ViewEntry> several => several[index],
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    internal EntrySet Add(ViewEntry entry) => held switch
    {
        null => new EntrySet(entry),
        ViewEntry only when ReferenceEquals(only, entry) => this,
        ViewEntry only => new EntrySet(None.Add(only).Add(entry)),
        _ => new EntrySet(((ImmutableSortedSet<ViewEntry>)held).Add(entry)),
    };

    internal EntrySet Remove(ViewEntry entry) => held switch
    {
        ViewEntry only when ReferenceEquals(only, entry) => default,
        ImmutableSortedSet<ViewEntry> several => new EntrySet(several.Remove(entry)),
        _ => this,
    };

    /// <summary>Those of them that pass; itself, without a copy, when all do.</summary>
    internal EntrySet Where<T1, T2>(T1 first, T2 second, Func<ViewEntry, T1, T2, bool> passes)
    {
        if (held is ViewEntry only) return passes(only, first, second) ? this : default;
        if (held is not ImmutableSortedSet<ViewEntry> several) return default;
        var passing = several;
        foreach (var entry in several)
        {
            if (!passes(entry, first, second)) passing = passing.Remove(entry);
        }

        return new EntrySet(passing);
    }

    public Enumerator GetEnumerator() => new(held);

    IEnumerator<ViewEntry> IEnumerable<ViewEntry>.GetEnumerator()
    {
        foreach (var entry in this) yield return entry;
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<ViewEntry>)this).GetEnumerator();

    internal struct Enumerator(object? held)
    {
        private ImmutableSortedSet<ViewEntry>.Enumerator several = ((held as ImmutableSortedSet<ViewEntry>) ?? None).GetEnumerator();
        private ViewEntry? next = held as ViewEntry;
        private ViewEntry? current;

        public readonly ViewEntry Current => current!;

        public bool MoveNext()
        {
            current = next;
            next = null;
            if (current is not null) return true;
            if (!several.MoveNext()) return false;
            current = several.Current;
            return true;
        }
    }
}
