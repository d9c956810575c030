namespace PolicyDaemon.Engine.Guessing;

/// <summary>What the guard remembers of one attempt: all of its state is made of these, on every node alike.</summary>
/// <param name="Key">What it is about, see <see cref="GuardKey"/>.</param>
/// <param name="Digest">Of a guess: the wrong password, under a key; 0 otherwise.</param>
public readonly record struct GuardEvent(GuardEventKind Kind, string Key, ulong Digest, DateTimeOffset At);

public enum GuardEventKind
{
    /// <summary>A wrong password that was not tried before.</summary>
    Guess,

    /// <summary>An account has logged in from a network.</summary>
    Known,

    /// <summary>An administrator took a lock back, and all that was counted for it.</summary>
    Clear,

    /// <summary>Of a newer version that shares the store: it says nothing to this one.</summary>
    Unknown,
}
