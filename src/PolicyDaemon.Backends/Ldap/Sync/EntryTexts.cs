using System.Text;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Several texts in a row inside the octets of an entry, read without a copy.</summary>
/// <param name="octets">Begin with the number of texts; may go on behind the last.</param>
internal readonly ref struct EntryTexts(ReadOnlySpan<byte> octets)
{
    private readonly ReadOnlySpan<byte> octets = octets;

    public Enumerator GetEnumerator() => new(octets);

    public bool Contain(string text)
    {
        foreach (var own in this)
        {
            if (AreEqual(own, text)) return true;
        }

        return false;
    }

    public bool Contain(ReadOnlySpan<byte> text)
    {
        foreach (var own in this)
        {
            if (own.SequenceEqual(text)) return true;
        }

        return false;
    }

    private static bool AreEqual(ReadOnlySpan<byte> utf8, string text)
    {
        // No character takes less than one octet, and none of more than one octet is ASCII.
        if (utf8.Length <= text.Length) return Ascii.Equals(utf8, text);
        return !Ascii.IsValid(utf8) && string.Equals(Encoding.UTF8.GetString(utf8), text, StringComparison.Ordinal);
    }

    internal ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;
        private ulong left;
        private ReadOnlySpan<byte> current;

        internal Enumerator(ReadOnlySpan<byte> octets)
        {
            rest = octets;
            EntryOctets.TryReadNumber(ref rest, out left);
        }

        public readonly ReadOnlySpan<byte> Current => current;

        public bool MoveNext()
        {
            if (left == 0) return false;
            left--;
            return EntryOctets.TryReadText(ref rest, out current);
        }
    }
}
