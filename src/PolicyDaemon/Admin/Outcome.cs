using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Admin;

/// <summary>Why an operation was not carried out.</summary>
internal enum RefusalKind
{
    /// <summary>The request makes no sense: an unknown word, no address, a key that is missing.</summary>
    Invalid,

    /// <summary>What it is about does not exist.</summary>
    NotFound,

    /// <summary>What it would make exists already, or something still depends on it.</summary>
    Conflict,

    /// <summary>The peer may not ask.</summary>
    Forbidden,

    /// <summary>A directory, a store or the daemon did not answer: says nothing about what was asked.</summary>
    Unavailable,

    /// <summary>Our mistake; the daemon's log has it.</summary>
    Fault,
}

/// <param name="Message">
/// One sentence for the administrator, saying what to do where that can be said; never a secret, never a stack trace.
/// </param>
internal sealed record Refusal(RefusalKind Kind, string Message)
{
    public static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);

    public static Refusal NotFound(string message) => new(RefusalKind.NotFound, message);

    public static Refusal Conflict(string message) => new(RefusalKind.Conflict, message);

    public static Refusal Unavailable(string message) => new(RefusalKind.Unavailable, message);
}

/// <summary>How an operation ended: a report, or why there is none.</summary>
/// <remarks><c>default</c> is a refusal, so that a forgotten answer never looks like success.</remarks>
internal readonly struct Outcome<T>
    where T : class
{
    private static readonly Refusal Forgotten = new(RefusalKind.Fault, "no answer");

    private readonly Refusal? refusal;

    private Outcome(T? report, Refusal? refusal)
    {
        Report = report;
        this.refusal = refusal;
    }

    public T? Report { get; }

    /// <summary>Null when there is a report, and only then.</summary>
    public Refusal? Refusal => Report is null ? refusal ?? Forgotten : null;

    public bool TryGetReport([NotNullWhen(true)] out T? report, [NotNullWhen(false)] out Refusal? refused)
    {
        report = Report;
        refused = Refusal;
        return report is not null;
    }

    public static implicit operator Outcome<T>(T report) => new(report, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal);
}
