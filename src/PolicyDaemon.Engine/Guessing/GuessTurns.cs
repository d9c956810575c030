namespace PolicyDaemon.Engine.Guessing;

/// <summary>
/// How many passwords may be looked at together for one login or one network: who tries thousands at once would otherwise have all of them compared before the first is known to be wrong, and keep
/// everybody else from the directory meanwhile. The others wait, and find the lock when their turn comes.
/// </summary>
internal sealed class GuessTurns
{
    /// <summary>More than a person has devices that begin at the same moment.</summary>
    public const int AtOnce = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>Keys for which somebody has a turn or waits for one.</summary>
    public int Count
    {
        get
        {
            lock (gate) return lines.Count;
        }
    }

    /// <param name="keys">A network before a login, always, so that no two wait for each other.</param>
    /// <returns>To be disposed when the password has been looked at.</returns>
    public async ValueTask<IDisposable> TakeAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        Turn turn = new(this, keys.Count);
        try
        {
            foreach (var key in keys)
            {
                var line = Join(key);
                try
                {
                    await line.Places.WaitAsync(cancellationToken);
                }
                catch
                {
                    Leave(key, line);
                    throw;
                }

                turn.Add(key, line);
            }

            return turn;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private Line Join(string key)
    {
        lock (gate)
        {
            if (!lines.TryGetValue(key, out var line)) lines[key] = line = new Line();
            line.Members++;
            return line;
        }
    }

    private void Leave(string key, Line line)
    {
        lock (gate)
        {
            if (--line.Members == 0) lines.Remove(key);
        }
    }

    private sealed class Line
    {
        public SemaphoreSlim Places { get; } = new(AtOnce);

        public int Members { get; set; }
    }

    private sealed class Turn(GuessTurns turns, int keys) : IDisposable
    {
        private readonly List<(string Key, Line Line)> taken = new(keys);

        public void Add(string key, Line line) => taken.Add((key, line));

        public void Dispose()
        {
            foreach (var (key, line) in taken)
            {
                line.Places.Release();
                turns.Leave(key, line);
            }

            taken.Clear();
        }
    }
}
