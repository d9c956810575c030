using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Values in filter text: octets, where <c>\xx</c> stands for any of them (RFC 4515 section 3).</summary>
internal static class LdapFilterText
{
    internal static void AppendEscaped(StringBuilder text, ReadOnlySpan<byte> value)
    {
        foreach (var octet in value)
        {
            if (octet is < 0x20 or > 0x7e or (byte)'(' or (byte)')' or (byte)'*' or (byte)'\\')
                text.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
            else
                text.Append((char)octet);
        }
    }

    /// <returns>False for a backslash that is not followed by two hexadecimal digits.</returns>
    internal static bool TryUnescape(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? value)
    {
        value = null;
        var octets = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (text.Length > 0)
        {
            var literal = text.IndexOf('\\');
            if (literal < 0) literal = text.Length;
            length += Encoding.UTF8.GetBytes(text[..literal], octets.AsSpan(length));
            text = text[literal..];
            if (text.Length == 0) break;
            if (text.Length < 3 || !byte.TryParse(text[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octets[length++]))
                return false;
            text = text[3..];
        }

        value = octets[..length];
        return true;
    }
}
