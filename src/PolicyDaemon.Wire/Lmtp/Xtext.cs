using System.Globalization;
using System.Text;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Values of XFORWARD and XCLIENT: what is no plain octet is <c>+HH</c> (RFC 3461 section 4).</summary>
internal static class Xtext
{
    /// <summary>Null: not xtext.</summary>
    public static string? Decode(string text)
    {
        List<byte> octets = new(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '+')
            {
                octets.Add((byte)text[i]);
            }
            else
            {
                if (i + 2 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet)) return null;
                octets.Add(octet);
                i += 2;
            }
        }

        return Encoding.UTF8.GetString(octets.ToArray());
    }

    public static string Encode(string text)
    {
        StringBuilder encoded = new();
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= (byte)'!' and <= (byte)'~' and not ((byte)'+' or (byte)'=')) encoded.Append((char)octet);
            else encoded.Append('+').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }
}
