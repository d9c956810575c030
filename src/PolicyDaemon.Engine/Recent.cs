namespace PolicyDaemon.Engine;

/// <summary>
/// What was made of some keys last, so that it need not be made again: a fixed number of places, the later takes that of the earlier. For many
/// threads, without a lock. Only for what follows from the key alone.
/// </summary>
public sealed class Recent<TKey, TValue>(int places, IEqualityComparer<TKey> comparer)
    where TKey : notnull
    where TValue : class
{
    private readonly Pair?[] pairs = new Pair?[places];

    public TValue? Find(TKey key) => pairs[PlaceOf(key)] is { } pair && comparer.Equals(pair.Key, key) ? pair.Value : null;

    public void Keep(TKey key, TValue value) => Volatile.Write(ref pairs[PlaceOf(key)], new Pair(key, value));

    private int PlaceOf(TKey key) => (int)((uint)comparer.GetHashCode(key) % (uint)places);

    private sealed class Pair(TKey key, TValue value)
    {
        public TKey Key => key;

        public TValue Value => value;
    }
}
