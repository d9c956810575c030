using System.Text;

namespace PolicyDaemon.Wire.Milter;

/// <summary>Reads the strings of a packet, each ended by NUL.</summary>
internal ref struct MilterStrings(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> rest = data;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => rest;

    /// <returns>False: no NUL behind it.</returns>
    public bool TryRead(out ReadOnlySpan<byte> octets)
    {
        var end = rest.IndexOf((byte)0);
        octets = end < 0 ? [] : rest[..end];
        if (end >= 0) rest = rest[(end + 1)..];
        return end >= 0;
    }

    /// <summary>As text; octets that are no UTF-8 become U+FFFD, which no address has.</summary>
    public bool TryRead(out string text)
    {
        var isRead = TryRead(out ReadOnlySpan<byte> octets);
        text = octets.IsEmpty ? "" : Encoding.UTF8.GetString(octets);
        return isRead;
    }
}
