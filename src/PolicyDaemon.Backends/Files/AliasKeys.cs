using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Files;

/// <summary>The left-hand sides of a Postfix alias text: aliases(5), <c>name: …</c>, or virtual(5), <c>name@domain …</c>.</summary>
/// <remarks>
/// What an entry leads to is Postfix's business: only that it exists is read. A logical line begins with text and goes on over lines that begin
/// with white space; lines that are empty or begin with <c>#</c> are passed over (postmap(1), "TABLE FORMAT").
/// </remarks>
internal sealed class AliasKeys
{
    /// <summary>More entries than this are not read: a text this long belongs in a database.</summary>
    public const int MaxKeys = 1_000_000;

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<string> addresses = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether the text names this address: as it is, as <c>@domain</c>, or by its bare localpart, which aliases(5) means for every
    /// local domain.
    /// </summary>
    public bool Contains(EmailAddress address) => addresses.Contains(address.Text) || names.Contains(address.Localpart);

    public static AliasKeys Read(TextReader text, AddressNormalizer normalizer)
    {
        var keys = new AliasKeys();
        for (var count = 0; text.ReadLine() is { } line && count < MaxKeys;)
        {
            if (FindKey(line) is not { Length: > 0 } key) continue;
            keys.Add(key, normalizer);
            count++;
        }

        return keys;
    }

    private void Add(string key, AddressNormalizer normalizer)
    {
        if (!key.Contains('@', StringComparison.Ordinal))
        {
            names.Add(key.ToLowerInvariant());
        }
        else if (normalizer.TryParsePattern(key, out var address))
        {
            addresses.Add(address.Text);
        }
    }

    /// <summary>The key of a line: quoted, up to a colon, or up to white space; null for a comment or a continuation.</summary>
    private static string? FindKey(string line)
    {
        if (line.Length == 0 || line[0] == '#' || char.IsWhiteSpace(line[0])) return null;
        if (line[0] == '"')
        {
            var end = line.IndexOf('"', 1);
            return end < 0 ? null : line[1..end];
        }

        var stop = line.AsSpan().IndexOfAny(": \t");
        return stop < 0 ? null : line[..stop];
    }
}
