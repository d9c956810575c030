namespace PolicyDaemon.Engine.Authentication;

/// <summary>How a question to a source of passwords ended.</summary>
public enum PasswordVerdict
{
    /// <summary>Could not ask: says nothing about the password. First, so that a default value lets nobody in and turns nobody away.</summary>
    Unavailable,

    /// <summary>Too many passwords are being checked already: as little known as when it could not be asked.</summary>
    Overloaded,

    /// <summary>This source has no such person, or has the person and no password.</summary>
    NotFound,
    Wrong,
    Right,
}

/// <summary>What one source says of a password. "Wrong", "not here" and "could not ask" are never mixed up.</summary>
/// <remarks><c>default</c> is Unavailable.</remarks>
public readonly struct PasswordAnswer
{
    public static readonly PasswordAnswer Right = new(PasswordVerdict.Right, null);
    public static readonly PasswordAnswer Wrong = new(PasswordVerdict.Wrong, null);
    public static readonly PasswordAnswer NotFound = new(PasswordVerdict.NotFound, null);

    private PasswordAnswer(PasswordVerdict verdict, string? cause) => (Verdict, Cause) = (verdict, cause);

    public PasswordVerdict Verdict { get; }

    /// <summary>Why it is not known: one private sentence for the log, never a password or a hash; null when it is known.</summary>
    public string? Cause { get; }

    /// <summary>Neither right nor wrong: who asks must try again later.</summary>
    public bool IsUnknown => Verdict is not (PasswordVerdict.Right or PasswordVerdict.Wrong or PasswordVerdict.NotFound);

    /// <inheritdoc cref="Cause" path="/summary"/>
    public static PasswordAnswer Unavailable(string cause) => new(PasswordVerdict.Unavailable, cause);

    /// <inheritdoc cref="Cause" path="/summary"/>
    public static PasswordAnswer Overloaded(string cause) => new(PasswordVerdict.Overloaded, cause);
}
