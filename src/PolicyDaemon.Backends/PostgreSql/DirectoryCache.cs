using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// Answers that hold until the server says that they do not: kept only while its notifications are heard, only when that very server gave
/// them, and only when nothing was said to have changed since the question was put.
/// </summary>
/// <remarks>
/// A server delivers a notification when the change is visible to whoever asks then. So a read that began after a notification was heard sees
/// the change; of one that began before it cannot be said, and its answer is used and not kept. What was not found is kept too, in a room
/// of its own: senders and recipients that strangers invent do not push out what is there. Every room is bounded.
/// </remarks>
/// <param name="capacity">Answers of each kind that are kept; of those that say "not found" a half of it.</param>
/// <param name="maxAge">After this an answer is asked anew, whatever was said; zero: nothing is kept.</param>
internal sealed class DirectoryCache(int capacity, TimeSpan maxAge, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly CacheRoom found = new(3 * capacity);
    private readonly CacheRoom missing = new(capacity / 2);

    private readonly RecentChanges changes = new();

    /// <summary>When the server we listen to was started, in microseconds: no other server has that. Null: we do not listen.</summary>
    private long? server;

    /// <summary>The questions whose answers may be kept.</summary>
    private HashSet<Question> kept = [];

    public int Count
    {
        get { lock (gate) return found.Count + missing.Count; }
    }

    public bool IsOpen
    {
        get { lock (gate) return server is not null; }
    }

    /// <summary>Every change on this server is heard of, by which the answers to these questions could change; also again.</summary>
    public void Open(long startedAt, HashSet<Question> questions)
    {
        lock (gate)
        {
            if (server == startedAt && kept.SetEquals(questions)) return;
            (server, kept) = (startedAt, questions);
            Clear();
        }
    }

    /// <summary>Changes may be missed from now on.</summary>
    public void Close()
    {
        lock (gate)
        {
            server = null;
            Clear();
        }
    }

    /// <summary>Something changed, and it was not said what.</summary>
    public void ForgetAll()
    {
        lock (gate) Clear();
    }

    /// <summary>What has one of these names changed: a login, an address, or a domain with all that is in it.</summary>
    public void Forget(IEnumerable<string> keys)
    {
        lock (gate)
        {
            foreach (var key in keys)
            {
                changes.Add(key);
                found.Remove(key);
                missing.Remove(key);
            }
        }
    }

    /// <summary>To be taken before the question is put.</summary>
    public long Mark()
    {
        lock (gate) return changes.Mark;
    }

    public bool TryGet<T>(Question question, string key, out Lookup<T> answer)
        where T : class
    {
        answer = default;
        lock (gate)
        {
            if (server is null) return false;
            var item = found.Find(question, key) ?? missing.Find(question, key);
            if (item is null) return false;
            if (time.GetElapsedTime(item.KeptAt) >= maxAge)
            {
                found.Remove(item);
                missing.Remove(item);
                return false;
            }

            answer = ((CacheItem<T>)item).Answer;
            return true;
        }
    }

    /// <param name="dependencies">Names whose change may change the answer, besides the key and its domain.</param>
    /// <param name="mark">Taken before the question was put.</param>
    /// <param name="answeredBy">The start of the server that gave the answer.</param>
    /// <returns>False: a change that was heard of meanwhile has overtaken the answer, which may be as it was before.</returns>
    public bool Keep<T>(Question question, string key, IEnumerable<string> dependencies, Lookup<T> answer, long mark, long answeredBy)
        where T : class
    {
        var item = new CacheItem<T>(question, key, dependencies, time.GetTimestamp(), answer);
        lock (gate)
        {
            if (changes.HaveOvertaken(item, mark)) return false;
            if (server != answeredBy || !kept.Contains(question) || answer.IsUnavailable || maxAge <= TimeSpan.Zero) return true;
            var (home, other) = answer.IsFound ? (found, missing) : (missing, found);
            if (other.Find(question, key) is { } before) other.Remove(before);
            home.Put(item);
            return true;
        }
    }

    private void Clear()
    {
        changes.AddAll();
        found.Clear();
        missing.Clear();
    }
}
