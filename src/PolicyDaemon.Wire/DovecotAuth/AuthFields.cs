namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>Walks over the fields of one line, between its TABs.</summary>
/// <param name="line">Without its LF.</param>
internal ref struct AuthFields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> rest = line;
    private bool hasMore = true;

    /// <summary>Fields taken so far.</summary>
    public int Count { get; private set; }

    /// <param name="field">As on the wire, escaped; may be empty.</param>
    /// <returns>False behind the last field.</returns>
    public bool TryNext(out ReadOnlySpan<byte> field)
    {
        field = default;
        if (!hasMore) return false;
        Count++;
        var tab = rest.IndexOf((byte)'\t');
        hasMore = tab >= 0;
        field = hasMore ? rest[..tab] : rest;
        rest = hasMore ? rest[(tab + 1)..] : [];
        return true;
    }

    /// <summary>Takes the next field as a 32-bit number: ids and process ids.</summary>
    public bool TryNextNumber(out uint number)
    {
        number = 0;
        return TryNext(out var field) && uint.TryParse(field, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Takes the next field as text, unescaped.</summary>
    public bool TryNextText(out string text)
    {
        text = "";
        return TryNext(out var field) && AuthEscape.TryReadText(field, out text);
    }
}
