namespace PolicyDaemon.Wire.Framing;

/// <summary>What a <see cref="LineReader"/> made of its input.</summary>
internal enum LineStatus
{
    /// <summary>The input held no further line end; all of it is taken, and kept for the next call.</summary>
    Incomplete,
    Line,

    /// <summary>A line is longer than allowed. The reader must not be used any further.</summary>
    TooLong,
}

/// <summary>
/// Cuts a stream of bytes into lines ended by LF, however the peer or the network split it. Bytes are looked at once; a line that
/// lies whole in its input is handed out in place, only one that is split is copied.
/// </summary>
/// <param name="maxLineBytes">Longest line, its LF not counted. Never more than that is kept.</param>
internal sealed class LineReader(int maxLineBytes)
{
    private byte[] kept = [];
    private int keptBytes;

    /// <summary>A line has begun and has not ended.</summary>
    public bool HasPart => keptBytes > 0;

    /// <param name="input">Set to what lies behind the line; empty when <see cref="LineStatus.Incomplete"/>.</param>
    /// <param name="line">Without its LF; as much of it as is allowed when <see cref="LineStatus.TooLong"/>. Valid until the next call, or as long as the input is.</param>
    public LineStatus Read(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line)
    {
        var end = input.IndexOf((byte)'\n');
        var part = end < 0 ? input : input[..end];
        line = part;
        if (keptBytes + part.Length > maxLineBytes)
        {
            Keep(part[..(maxLineBytes - keptBytes)]);
            line = kept;
            return LineStatus.TooLong;
        }

        input = end < 0 ? [] : input[(end + 1)..];
        if (end >= 0 && keptBytes == 0) return LineStatus.Line;

        Keep(part);
        if (end < 0) return LineStatus.Incomplete;
        line = kept.AsSpan(0, keptBytes);
        keptBytes = 0;
        return LineStatus.Line;
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        var needed = keptBytes + part.Length;
        if (kept.Length < needed) Array.Resize(ref kept, Math.Min(maxLineBytes, Math.Max(needed, 2 * kept.Length)));
        part.CopyTo(kept.AsSpan(keptBytes));
        keptBytes = needed;
    }
}
