using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>The escapes of Dovecot's line protocols: NUL, SOH, TAB, CR and LF inside a field are SOH and one character.</summary>
/// <remarks><c>a\0b\tc</c> is <c>a^A0b^Atc</c> on the wire. Source: Dovecot 2.3.19 and 2.4.1 src/lib/strescape.c, str_tabescape.</remarks>
internal static class AuthEscape
{
    private const byte Escape = 1;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\0\u0001\t\r\n");

    public static void Append(StringBuilder line, string text)
    {
        if (!text.AsSpan().ContainsAny(Escaped))
        {
            line.Append(text);
            return;
        }

        foreach (var character in text)
        {
            switch (character)
            {
                case '\0': line.Append("\u00010"); break;
                case '\u0001': line.Append("\u00011"); break;
                case '\t': line.Append("\u0001t"); break;
                case '\r': line.Append("\u0001r"); break;
                case '\n': line.Append("\u0001n"); break;
                default: line.Append(character); break;
            }
        }
    }

    /// <returns>False when an escape is not one, or when it is not UTF-8.</returns>
    public static bool TryReadText(ReadOnlySpan<byte> field, out string text)
    {
        text = "";
        if (!field.Contains(Escape)) return TryDecode(field, ref text);

        var plain = new byte[field.Length];
        var length = 0;
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != Escape) plain[length++] = field[i];
            else if (++i == field.Length || !TryUnescape(field[i], out plain[length++])) return false;
        }

        return TryDecode(plain.AsSpan(0, length), ref text);
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, ref string text)
    {
        if (!Utf8.IsValid(bytes)) return false;
        text = Encoding.UTF8.GetString(bytes);
        return true;
    }

    private static bool TryUnescape(byte mark, out byte octet)
    {
        octet = mark switch { (byte)'0' => 0, (byte)'1' => Escape, (byte)'t' => (byte)'\t', (byte)'r' => (byte)'\r', (byte)'n' => (byte)'\n', _ => byte.MaxValue };
        return octet != byte.MaxValue;
    }
}
