namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>
/// Who logged in where, from a login process's AUTH until Dovecot's mail process asks for it by REQUEST: two minutes at most, told once, and
/// bounded. One for all listeners of a daemon; it outlives the connection, since a login process may end before the mail process asks.
/// </summary>
internal sealed class LoginMemory
{
    /// <summary>Logins on their way from one process to the other. Beyond, the oldest is forgotten: that client logs in once more.</summary>
    internal const int MaxLogins = 20_000;

    /// <summary>A mail process asks within milliseconds; Dovecot's own server waits as long.</summary>
    internal static readonly TimeSpan KeepTime = TimeSpan.FromMinutes(2);

    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<LoginKey, Remembered> logins = [];
    private readonly Queue<(LoginKey Key, Remembered Login)> byAge = [];

    /// <param name="earlier">What another memory held, the oldest first.</param>
    internal LoginMemory(TimeProvider time, IReadOnlyList<PendingLogin> earlier)
    {
        this.time = time;
        foreach (var login in earlier.TakeLast(MaxLogins)) Remember(new LoginKey(login.ClientProcess, login.AuthId, login.Cookie), login.User, login.Until);
    }

    /// <summary>All that may still be asked for, the oldest first.</summary>
    internal IReadOnlyList<PendingLogin> All
    {
        get
        {
            lock (gate)
            {
                Forget(MaxLogins);
                return
                [
                    .. from entry in byAge
                       where logins.TryGetValue(entry.Key, out var login) && ReferenceEquals(login, entry.Login)
                       select new PendingLogin(entry.Key.ClientProcess, entry.Key.AuthId, entry.Key.Cookie, entry.Login.User, entry.Login.Until),
                ];
            }
        }
    }

    internal int Count
    {
        get
        {
            lock (gate) return logins.Count;
        }
    }

    /// <param name="user">As the client was told: <c>user=</c> of the OK.</param>
    internal void Remember(LoginKey key, string user) => Remember(key, user, time.GetUtcNow() + KeepTime);

    private void Remember(LoginKey key, string user, DateTimeOffset until)
    {
        lock (gate)
        {
            Forget(MaxLogins - 1);
            var login = new Remembered(user, until);
            logins[key] = login;
            byAge.Enqueue((key, login));
        }
    }

    /// <returns>The user, once; null when nobody logged in there, or it was told already.</returns>
    internal string? Take(LoginKey key)
    {
        lock (gate)
        {
            Forget(MaxLogins);
            return logins.Remove(key, out var login) ? login.User : null;
        }
    }

    private void Forget(int most)
    {
        var now = time.GetUtcNow();
        while (byAge.TryPeek(out var oldest) && (oldest.Login.Until <= now || byAge.Count > most))
        {
            byAge.Dequeue();
            if (logins.TryGetValue(oldest.Key, out var login) && ReferenceEquals(login, oldest.Login)) logins.Remove(oldest.Key);
        }
    }

    private sealed record Remembered(string User, DateTimeOffset Until);
}

/// <summary>One AUTH request of one connection of a login process.</summary>
/// <param name="ClientProcess">CPID of that connection.</param>
/// <param name="AuthId">The id that the login process gave the request.</param>
/// <param name="Cookie">128 random bits that this connection was told: who can name it was let in there.</param>
internal readonly record struct LoginKey(uint ClientProcess, uint AuthId, string Cookie);
