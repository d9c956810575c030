using System.Text;

namespace PolicyDaemon.Engine.Messages;

/// <summary>Decodes <c>=?charset?B?…?=</c> and <c>=?charset?Q?…?=</c> wherever they stand in a text.</summary>
/// <remarks>
/// RFC 2047; white space between two of them is no text (section 6.2). As generous as the most generous mail program, because it looks
/// for what somebody may be shown: base64 without padding or with rubbish in it, words of any length. A charset that is not known is read as Latin-1.
/// </remarks>
internal static class EncodedWords
{
    public static string Decode(string text)
    {
        // Behind the last end no word begins: without this, many beginnings would each be searched to the end.
        var last = text.LastIndexOf("?=", StringComparison.Ordinal);
        if (last < 0) return text;
        var result = new StringBuilder(text.Length);
        var rest = text.AsSpan(0, last + 2);
        var isBehindWord = false;
        while (rest.Length > 0)
        {
            var start = rest.IndexOf("=?");
            if (start < 0 || !TrySplit(rest[start..], out var word))
            {
                var length = start < 0 ? rest.Length : start + 2;
                result.Append(rest[..length]);
                rest = rest[length..];
                isBehindWord = false;
                continue;
            }

            var between = rest[..start];
            if (!isBehindWord || !between.Trim(" \t").IsEmpty) result.Append(between);
            result.Append(Decode(word));
            rest = rest[(start + word.Length)..];
            isBehindWord = true;
        }

        return result.Append(text.AsSpan(last + 2)).ToString();
    }

    private static string Decode(Word word)
    {
        var octets = word.IsBase64 ? FromBase64(word.Text) : FromQ(word.Text);
        return FindEncoding(word.Charset).GetString(octets);
    }

    private static Encoding FindEncoding(ReadOnlySpan<char> charset)
    {
        // RFC 2231 section 5: a language may stand behind it.
        var name = charset.IndexOf('*') is >= 0 and var star ? charset[..star] : charset;
        if (name.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return Encoding.UTF8;
        return CodePagesEncodingProvider.Instance.GetEncoding(name.ToString()) ?? Encoding.Latin1;
    }

    private static byte[] FromBase64(ReadOnlySpan<char> text)
    {
        var letters = new StringBuilder(text.Length + 3);
        foreach (var character in text)
        {
            if (char.IsAsciiLetterOrDigit(character) || character is '+' or '/') letters.Append(character);
        }

        // One letter alone is no octet.
        if (letters.Length % 4 == 1) letters.Length--;
        letters.Append('=', (4 - (letters.Length % 4)) % 4);
        return Convert.FromBase64String(letters.ToString());
    }

    private static byte[] FromQ(ReadOnlySpan<char> text)
    {
        var octets = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                octets.Add(byte.Parse(text.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                octets.Add(text[i] == '_' ? (byte)' ' : text[i] < 0x80 ? (byte)text[i] : (byte)'?');
            }
        }

        return [.. octets];
    }

    /// <param name="text">Begins with <c>=?</c>.</param>
    private static bool TrySplit(ReadOnlySpan<char> text, out Word word)
    {
        word = default;
        var charset = text[2..].IndexOf('?');
        if (charset is < 1 or > 64) return false;
        var encoding = charset + 3;
        if (text.Length < encoding + 4 || text[encoding + 1] != '?' || char.ToUpperInvariant(text[encoding]) is not ('B' or 'Q')) return false;
        var length = text[(encoding + 2)..].IndexOf("?=");
        if (length < 0) return false;
        word = new Word(text.Slice(2, charset), char.ToUpperInvariant(text[encoding]) == 'B', text.Slice(encoding + 2, length), encoding + 2 + length + 2);
        return true;
    }

    private readonly ref struct Word(ReadOnlySpan<char> charset, bool isBase64, ReadOnlySpan<char> text, int length)
    {
        public ReadOnlySpan<char> Charset { get; } = charset;

        public bool IsBase64 { get; } = isBase64;

        public ReadOnlySpan<char> Text { get; } = text;

        /// <summary>Of the whole, with its marks.</summary>
        public int Length { get; } = length;
    }
}
