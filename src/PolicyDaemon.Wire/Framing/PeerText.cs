using System.Text;

namespace PolicyDaemon.Wire.Framing;

/// <summary>Bytes of a peer made fit for a log line.</summary>
internal static class PeerText
{
    /// <summary>Bytes that are shown; what is longer is cut and ends in <c>...</c>.</summary>
    public const int MaxBytes = 80;

    /// <summary>Printable ASCII stays, a backslash is doubled, every other byte becomes <c>\xHH</c>.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var octet in bytes[..Math.Min(bytes.Length, MaxBytes)])
        {
            if (octet == '\\') text.Append(@"\\");
            else if (octet is >= (byte)' ' and <= (byte)'~') text.Append((char)octet);
            else text.Append(@"\x").Append(Convert.ToHexStringLower([octet]));
        }

        return bytes.Length > MaxBytes ? text.Append("...").ToString() : text.ToString();
    }
}
