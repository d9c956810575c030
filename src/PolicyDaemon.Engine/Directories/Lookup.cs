using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Engine.Directories;

/// <summary>How a question to a directory or a store ended.</summary>
public enum LookupAnswer
{
    /// <summary>Could not ask: says nothing about whether the thing exists. First, so that a default value never permits.</summary>
    Unavailable,
    NotFound,
    Found,
}

/// <summary>
/// The answer to a question: Found, NotFound or Unavailable, and from where. "Not found" and "could not ask" are never
/// mixed up: an outage says nothing about a person or an address.
/// </summary>
/// <remarks><c>default</c> is Unavailable, so that a forgotten answer defers and never permits.</remarks>
public readonly struct Lookup<T>
    where T : class
{
    private readonly Provenance provenance;

    private Lookup(LookupAnswer answer, T? value, Provenance provenance, string? cause, bool isAmbiguous = false)
    {
        IsAmbiguous = isAmbiguous;
        Answer = answer;
        Value = value;
        this.provenance = provenance;
        Cause = cause;
    }

    public LookupAnswer Answer { get; }

    /// <summary>
    /// Set when found. Also set, and then partial, when Unavailable because one of several sources could not be asked:
    /// what the others know, of use only to forbid.
    /// </summary>
    public T? Value { get; }

    public Provenance Provenance => provenance.Source is null ? Provenance.None : provenance;

    /// <summary>Why the answer is Unavailable: one private sentence for log and <c>ask</c>; null otherwise.</summary>
    public string? Cause { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsFound => Answer == LookupAnswer.Found;

    public bool IsNotFound => Answer == LookupAnswer.NotFound;

    public bool IsUnavailable => Answer == LookupAnswer.Unavailable;

    /// <summary>Unavailable although the source did answer: several entries claim to be the one asked for, or what one says cannot be read.</summary>
    public bool IsAmbiguous { get; }

    public static Lookup<T> Found(T value, Provenance provenance) => new(LookupAnswer.Found, value, provenance, null);

    public static Lookup<T> NotFound(Provenance provenance) => new(LookupAnswer.NotFound, null, provenance, null);

    /// <param name="cause">One private sentence; never a secret.</param>
    /// <param name="partial">What other sources know, see <see cref="Value"/>.</param>
    public static Lookup<T> Unavailable(string cause, Provenance provenance, T? partial = null) =>
        new(LookupAnswer.Unavailable, partial, provenance, cause);

    /// <summary>What is meant cannot be told: Unavailable, but no outage, and what was known before does not count.</summary>
    /// <param name="cause">One private sentence that names the entry or entries.</param>
    public static Lookup<T> Ambiguous(string cause, Provenance provenance) =>
        new(LookupAnswer.Unavailable, null, provenance, cause, isAmbiguous: true);
}
