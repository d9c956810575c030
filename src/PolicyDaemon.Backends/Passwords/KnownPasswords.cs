using System.Text;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>What a source has stored as the password of one account: none, one, or in LDAP several, each of which is right.</summary>
internal sealed class KnownPasswords
{
    /// <summary>More are not looked at: each costs a hash.</summary>
    public const int MaxValues = 8;

    public static readonly KnownPasswords None = new();

    private readonly List<PasswordHash> hashes = [];

    private KnownPasswords()
    {
    }

    public IReadOnlyList<PasswordHash> Hashes => hashes;

    /// <summary>Why one of them cannot be checked, and so whether a password is wrong; null when all can. Shows nothing of the data.</summary>
    public string? Fault { get; private set; }

    /// <summary>Of a column; a crypt(3) hash needs no scheme in front of it. Null, empty or locked (<c>!</c>, <c>*</c>): none.</summary>
    public static KnownPasswords OfColumn(string? text)
    {
        var known = new KnownPasswords();
        if (!string.IsNullOrEmpty(text)) known.Add(text.StartsWith('$') ? "{CRYPT}" + text : text);
        return known;
    }

    /// <summary>Of <c>userPassword</c>: without a scheme it is the password itself (RFC 4519 section 2.41).</summary>
    public static KnownPasswords OfAttribute(IReadOnlyList<string> values)
    {
        var known = new KnownPasswords();
        if (values.Count > MaxValues) known.Fault = $"the account has more than {MaxValues} passwords";
        foreach (var value in values.Take(MaxValues).Where(value => value.Length > 0))
        {
            if (value.Contains('\uFFFD', StringComparison.Ordinal)) known.Fault = "a password is no UTF-8";
            else if (value.StartsWith('{')) known.Add(value);
            else known.hashes.Add(PasswordHash.OfClearText(Encoding.UTF8.GetBytes(value)));
        }

        return known;
    }

    private void Add(string text)
    {
        if (IsLocked(text)) return;
        if (PasswordHash.TryParse(text, out var hash, out var error)) hashes.Add(hash);
        else Fault = error;
    }

    /// <summary>As passwd(5) and usermod(8) write that there is no password.</summary>
    private static bool IsLocked(string text)
    {
        var data = text.StartsWith("{CRYPT}", StringComparison.OrdinalIgnoreCase) ? text["{CRYPT}".Length..] : text;
        return data is ['!' or '*', ..];
    }
}
