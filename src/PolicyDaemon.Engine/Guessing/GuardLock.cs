namespace PolicyDaemon.Engine.Guessing;

/// <summary>A login or a client network from which no password is taken for a while.</summary>
/// <param name="Key">What is locked: <c>login alice</c>, <c>network 192.0.2.7/32</c>, <c>proxied alice</c>, <c>known alice 192.0.2.7/32</c>.</param>
public sealed record GuardLock(string Key, DateTimeOffset Until)
{
    public bool IsOfNetwork => Key.StartsWith(GuardKey.Network, StringComparison.Ordinal);

    /// <summary>The first word of <see cref="Key"/>: <c>login</c>, <c>network</c>, <c>proxied</c> or <c>known</c>.</summary>
    public string Kind => Key[..Key.IndexOf(' ', StringComparison.Ordinal)];
}

/// <summary>What the guard counts for a key.</summary>
/// <param name="Guesses">Different wrong passwords within the window.</param>
/// <param name="LockedUntil">Null when it is not locked.</param>
public sealed record GuardCount(string Key, int Guesses, DateTimeOffset LastAt, DateTimeOffset? LockedUntil);
