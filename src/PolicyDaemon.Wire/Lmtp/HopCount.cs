using System.Text;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Counts the Received fields of a header while it passes by: each server that had the message put one there.</summary>
/// <remarks>RFC 5321 section 6.3.</remarks>
internal sealed class HopCount
{
    private static readonly byte[] Field = Encoding.ASCII.GetBytes("received:");

    private int matched;
    private int lineBytes;
    private int hops;

    /// <summary>The header has ended.</summary>
    public bool IsOver { get; private set; }

    /// <param name="text">Part of a line, without line end.</param>
    public void AddText(ReadOnlySpan<byte> text)
    {
        if (IsOver) return;
        for (var i = 0; i < text.Length && matched == lineBytes + i && matched < Field.Length; i++)
        {
            if ((text[i] | 0x20) == Field[matched]) matched++;
        }

        // More than the field's name is not counted: a line may be longer than an int.
        lineBytes = Math.Min(lineBytes + text.Length, Field.Length + 1);
    }

    /// <returns>Received fields up to here.</returns>
    public int AddLineEnd()
    {
        if (matched == Field.Length) hops++;
        if (lineBytes == 0) IsOver = true;
        (matched, lineBytes) = (0, 0);
        return hops;
    }
}
