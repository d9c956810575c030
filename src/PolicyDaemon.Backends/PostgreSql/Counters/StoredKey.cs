using System.Security.Cryptography;
using System.Text;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>A key as PostgreSQL can hold it. Others would fail, and with them everybody in the same batch.</summary>
internal static class StoredKey
{
    /// <summary>An index entry has room for 2,700 octets.</summary>
    private const int MaxLength = 500;

    private const int KeptLength = 200;

    public static string Of(string key)
    {
        if (key.Length <= MaxLength && IsPlain(key)) return key;

        // UTF-8 has no lone surrogate, PostgreSQL's text no NUL.
        var clean = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(key)).Replace('\0', '\ufffd');
        if (clean.Length <= MaxLength) return clean;
        var cut = char.IsHighSurrogate(clean[KeptLength - 1]) ? KeptLength - 1 : KeptLength;
        return $"{clean[..cut]}…{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
    }

    /// <returns>The same list, when it needs no change.</returns>
    public static IReadOnlyList<Charge> Of(IReadOnlyList<Charge> charges)
    {
        for (var i = 0; i < charges.Count; i++)
        {
            if (!ReferenceEquals(Of(charges[i].Key), charges[i].Key)) return [.. charges.Select(charge => charge with { Key = Of(charge.Key) })];
        }

        return charges;
    }

    private static bool IsPlain(string key)
    {
        foreach (var letter in key)
        {
            if (letter is '\0' or (>= '\ud800' and <= '\udfff')) return false;
        }

        return true;
    }
}
