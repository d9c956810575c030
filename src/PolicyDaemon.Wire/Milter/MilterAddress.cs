using System.Text;

namespace PolicyDaemon.Wire.Milter;

/// <summary>Envelope addresses between the form on the wire and the one that the engine takes.</summary>
internal static class MilterAddress
{
    /// <summary>Takes off brackets, and the quotes around and the backslashes within a localpart: <c>&lt;"a b"@d&gt;</c> becomes <c>a b@d</c>.</summary>
    /// <remarks>RFC 5321 section 4.1.2: quoted strings of one meaning are one address.</remarks>
    public static string ToInternal(string address)
    {
        var bare = address is ['<', .., '>'] ? address[1..^1] : address;
        if (!bare.StartsWith('"')) return bare;

        var text = new StringBuilder(bare.Length);
        for (var i = 1; i < bare.Length; i++)
        {
            if (bare[i] == '"') return text.Append(bare, i + 1, bare.Length - i - 1).ToString();
            if (bare[i] == '\\' && i + 1 < bare.Length) i++;
            text.Append(bare[i]);
        }

        // A quote that never ends: no address, and the engine shall say so.
        return bare;
    }
}
