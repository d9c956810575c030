using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Backends.Journals;

/// <summary>What a journal is made of.</summary>
internal interface IJournalRecord<TSelf>
    where TSelf : IJournalRecord<TSelf>
{
    /// <summary>Never less than that of the record before.</summary>
    long Sequence { get; }

    DateTimeOffset At { get; }

    /// <summary>Reads the first record.</summary>
    /// <param name="octets">Goes on behind it.</param>
    /// <returns>False: at the end, or what follows was torn or damaged.</returns>
    static abstract bool TryRead(ref ReadOnlySpan<byte> octets, [MaybeNullWhen(false)] out TSelf record);
}
