using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Engine.Guessing;

/// <summary>
/// Sees who guesses passwords: different wrong ones are counted for each login and each client network, the same one again is not, for a phone
/// with an old password is no attacker. A network from which an account logged in lately is the account's own: neither what others do to the
/// login nor what happens from that network to others locks it out there.
/// </summary>
/// <param name="rules">Those in force now.</param>
/// <param name="onLocked">Told once for each lock; must not block.</param>
public sealed class GuessingGuard(
    Func<GuardRules> rules, TimeProvider time, Action<GuardLock>? onLocked = null, int maxGuesses = GuessingGuard.DefaultMaxGuesses)
{
    public const int DefaultMaxGuesses = 200_000;

    private readonly Lock gate = new();
    private readonly GuardMemory memory = new(maxGuesses, maxGuesses / 2);
    private readonly GuessTurns turns = new();
    private volatile byte[] secret = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>Told of each event that happened here, for others to hear of; must not block.</summary>
    public Action<GuardEvent>? Happened { get; set; }

    /// <summary>The key of the digests from now on. Nodes that share what they know have the same one; without it each has one of its own.</summary>
    public void UseSecret(byte[] shared) => secret = shared;

    /// <summary>Guesses that are remembered: a measure of the memory in use.</summary>
    public int Guesses
    {
        get
        {
            lock (gate) return memory.Guesses;
        }
    }

    /// <summary>Looks at everything that is remembered: for who asks now and then.</summary>
    public GuardStatus Status
    {
        get
        {
            var now = time.GetUtcNow();
            lock (gate) return new(memory.Guesses, memory.All.Count(pair => pair.Value.LockedUntil > now), memory.Networks.Count);
        }
    }

    /// <summary>Whether passwords are taken now.</summary>
    /// <param name="name">The account's canonical name, or the normalized login where there is none.</param>
    /// <returns>The lock that forbids it; null: none.</returns>
    public GuardLock? Find(string name, IPAddress? client)
    {
        lock (gate) return FindLock(KeysOf(name, client));
    }

    /// <summary>Waits until a password may be looked at: only so many at once for a login, and for a network that is not its own.</summary>
    /// <param name="name">As <see cref="Find"/> takes it; it is to be asked again afterwards.</param>
    /// <returns>To be disposed when it is known whether the password is right, and <see cref="Wrong"/> or <see cref="Right"/> has been told.</returns>
    public ValueTask<IDisposable> TakeTurnAsync(string name, IPAddress? client, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> keys;
        lock (gate) keys = KeysOf(name, client);
        return turns.TakeAsync(keys, cancellationToken);
    }

    /// <summary>A wrong password was tried.</summary>
    /// <param name="delay">How long to keep the client waiting: one second, twice as long for each different password more, 7 s at most.</param>
    /// <returns>The lock that was there before, as others guess at the same time: then it is not to be told that the password is wrong. Null: none.</returns>
    public GuardLock? Wrong(string name, IPAddress? client, Password password, out TimeSpan delay)
    {
        delay = TimeSpan.Zero;
        var (inForce, now, digest) = (rules(), time.GetUtcNow(), Digest(name, password));
        var most = 0;
        List<GuardEvent> news = [];
        List<GuardLock> locks = [];
        lock (gate)
        {
            var keys = KeysOf(name, client);
            if (FindLock(keys) is { } before) return before;
            foreach (var key in keys)
            {
                var guess = new GuardEvent(GuardEventKind.Guess, key, digest, now);
                if (memory.Find(key)?.Contains(digest) != true) news.Add(guess);
                if (memory.Apply(guess, inForce) is { } brought) locks.Add(brought);
                var count = memory.Find(key) is not { } tally ? 0 : tally.LockedUntil > now ? inForce.DistinctPasswords : tally.CountWithin(inForce.Within, now);
                most = Math.Max(most, count);
            }
        }

        foreach (var guess in news) Happened?.Invoke(guess);
        foreach (var brought in locks) onLocked?.Invoke(brought);
        delay = DelayOf(most);
        return null;
    }

    /// <summary>
    /// How long to keep a client waiting before its password is looked at, for those who cannot afterwards. The first wrong password costs
    /// nothing: the next one may be right.
    /// </summary>
    public TimeSpan DelayBefore(string name, IPAddress? client)
    {
        var (inForce, now) = (rules(), time.GetUtcNow());
        lock (gate)
        {
            var most = KeysOf(name, client).Max(key => memory.Find(key)?.CountWithin(inForce.Within, now) ?? 0);
            return most < 2 ? TimeSpan.Zero : DelayOf(most);
        }
    }

    /// <summary>An account has logged in: where it came from is its own network now.</summary>
    public void Right(string name, IPAddress? client)
    {
        if (NetworkOf(client) is not { } network) return;
        var known = new GuardEvent(GuardEventKind.Known, GuardKey.OfKnown(name, network), 0, time.GetUtcNow());
        bool isNews;
        lock (gate)
        {
            isNews = memory.Networks.IsNews(known.Key, known.At);
            memory.Apply(known, rules());
        }

        if (isNews) Happened?.Invoke(known);
    }

    /// <summary>What happened on another node, or before a restart.</summary>
    public void Apply(GuardEvent change)
    {
        lock (gate) memory.Apply(change, rules());
    }

    /// <summary>What is counted or locked now, the latest first.</summary>
    public IReadOnlyList<GuardCount> Show()
    {
        var (inForce, now) = (rules(), time.GetUtcNow());
        lock (gate)
        {
            return
            [
                .. memory.All
                    .Select(pair => new GuardCount(
                        pair.Key, pair.Value.CountWithin(inForce.Within, now), pair.Value.LastAt, pair.Value.LockedUntil > now ? pair.Value.LockedUntil : null))
                    .Where(count => count.Guesses > 0 || count.LockedUntil is not null)
                    .OrderByDescending(count => count.LastAt),
            ];
        }
    }

    /// <summary>Takes back the locks of a key and forgets its guesses.</summary>
    /// <param name="key">As <see cref="GuardCount.Key"/> has it.</param>
    public void Clear(string key)
    {
        var clear = new GuardEvent(GuardEventKind.Clear, key, 0, time.GetUtcNow());
        Apply(clear);
        Happened?.Invoke(clear);
    }

    /// <summary>Takes back all that is locked or counted for a login, wherever it comes from.</summary>
    /// <param name="name">As <see cref="Find"/> takes it.</param>
    /// <returns>The keys; empty when nothing was.</returns>
    public IReadOnlyList<string> ClearLogin(string name) =>
        ClearAll(key => key == GuardKey.OfLogin(name) || key == GuardKey.OfProxied(name) || key.StartsWith(GuardKey.OfKnown(name, ""), StringComparison.Ordinal));

    /// <summary>Takes back all that is locked or counted for the network of a client, whatever the login.</summary>
    /// <returns>The keys; empty when nothing was, or the address is a proxy's.</returns>
    public IReadOnlyList<string> ClearClient(IPAddress client) => NetworkOf(client) is { } network ? ClearAll(key => key == GuardKey.OfNetwork(network)) : [];

    private static TimeSpan DelayOf(int guesses) => TimeSpan.FromSeconds(Math.Min(1 << Math.Clamp(guesses - 1, 0, 3), 7));

    private List<string> ClearAll(Predicate<string> isMeant)
    {
        var keys = Show().Select(count => count.Key).Where(key => isMeant(key)).ToList();
        foreach (var key in keys) Clear(key);
        return keys;
    }

    private GuardLock? FindLock(IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
        {
            if (memory.Find(key) is { } tally && tally.LockedUntil > time.GetUtcNow()) return new GuardLock(key, tally.LockedUntil);
        }

        return null;
    }

    private IReadOnlyList<string> KeysOf(string name, IPAddress? client)
    {
        if (NetworkOf(client) is not { } network) return [GuardKey.OfProxied(name)];
        var known = GuardKey.OfKnown(name, network);
        return memory.Networks.Contains(known, time.GetUtcNow()) ? [known] : [GuardKey.OfNetwork(network), GuardKey.OfLogin(name)];
    }

    /// <returns>Null where it cannot be told who comes from there.</returns>
    private string? NetworkOf(IPAddress? client)
    {
        var inForce = rules();
        return client is null || DecisionContext.IsIn(client, inForce.TrustedProxies) ? null : ClientNetwork.Of(client, inForce.Ipv4Prefix, inForce.Ipv6Prefix);
    }

    private ulong Digest(string name, Password password)
    {
        byte[] text = [.. Encoding.UTF8.GetBytes(name), 0, .. password.Octets];
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, text, digest);
        CryptographicOperations.ZeroMemory(text);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
