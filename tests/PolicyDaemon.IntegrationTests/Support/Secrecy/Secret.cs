using System.Text;

namespace PolicyDaemon.IntegrationTests.Support.Secrecy;

/// <summary>A password or a hash that must be written nowhere, in none of the forms in which it could be.</summary>
/// <param name="Name">For the message of a failed test.</param>
internal sealed record Secret(string Name, string Text)
{
    /// <summary>A shorter one could be anywhere by accident.</summary>
    private const int MinLength = 10;

    /// <summary>As it is; as UTF-16; in hexadecimal; and in base64 wherever it lies in what was encoded, as in a message of SASL PLAIN.</summary>
    public IReadOnlyList<byte[]> Forms { get; } = FormsOf(Encoding.UTF8.GetBytes(Text), Text);

    private static byte[][] FormsOf(byte[] octets, string text)
    {
        if (octets.Length < MinLength) throw new ArgumentException($"'{text}' is too short to be looked for", nameof(text));
        string[] written = [text, Convert.ToHexString(octets), Convert.ToHexStringLower(octets), .. Enumerable.Range(0, 3).Select(offset => Base64At(octets, offset))];
        IEnumerable<string> inJson = written.Where(form => form.Contains('+', StringComparison.Ordinal)).Select(form => form.Replace("+", "\\u002B", StringComparison.Ordinal));
        return [.. written.Concat(inJson).Select(Encoding.UTF8.GetBytes), Encoding.Unicode.GetBytes(text)];
    }

    /// <summary>The digits that depend on nothing but these octets when so many others, modulo 3, are in front of them.</summary>
    private static string Base64At(byte[] octets, int offset)
    {
        string digits = Convert.ToBase64String([.. new byte[offset], .. octets]);
        int first = ((offset * 8) + 5) / 6;
        return digits[first..((offset + octets.Length) * 8 / 6)];
    }
}
