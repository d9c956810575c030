namespace PolicyDaemon.Engine.Guessing;

/// <summary>How much the guard of this node remembers.</summary>
/// <param name="Guesses">Different wrong passwords, of all logins and networks.</param>
/// <param name="Locks">Logins and networks that are locked now.</param>
/// <param name="KnownNetworks">Networks from which accounts have logged in lately, each counted once for each account.</param>
public sealed record GuardStatus(int Guesses, int Locks, int KnownNetworks);
