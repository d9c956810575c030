namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>What stands between two braces of Dovecot's configuration, or all of it.</summary>
/// <param name="Name">As written: <c>service lmtp</c>, <c>unix_listener /run/dovecot/lmtp</c>; empty for the whole.</param>
internal sealed record DovecotBlock(string Name)
{
    private readonly Dictionary<string, string> settings = new(StringComparer.Ordinal);
    private readonly List<DovecotBlock> blocks = [];

    internal IReadOnlyList<DovecotBlock> Blocks => blocks;

    /// <summary>Null: not set here. 2.4 writes <c>ssl_server_cert_file</c> also as <c>cert_file</c> in a block <c>ssl_server</c>.</summary>
    internal string? Find(string setting)
    {
        if (settings.TryGetValue(setting, out var value)) return value;
        var inside = blocks.FirstOrDefault(block => setting.StartsWith(block.Name + '_', StringComparison.Ordinal));
        return inside?.Find(setting[(inside.Name.Length + 1)..]);
    }

    internal DovecotBlock? Block(string name) => blocks.FirstOrDefault(block => block.Name == name);

    /// <summary>Blocks of a kind with what they are named: of <c>unix_listener lmtp</c> the second word.</summary>
    internal IEnumerable<(string Name, DovecotBlock Block)> Named(string kind) =>
        from block in blocks
        where block.Name.StartsWith(kind + ' ', StringComparison.Ordinal)
        select (block.Name[(kind.Length + 1)..].Trim(), block);

    /// <summary>Words of a list: <c>a = b c</c>; since 2.4 also <c>a { b = yes }</c>, which adds to what is set outside.</summary>
    internal IEnumerable<string> Words(string setting)
    {
        var written = Find(setting)?.Split((char[]?)[' ', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];
        var boolean = Block(setting)?.settings.Where(one => one.Value == "yes").Select(one => one.Key) ?? [];
        return written.Concat(boolean);
    }

    internal void Set(string setting, string value) => settings[setting] = value;

    internal DovecotBlock Add(DovecotBlock block)
    {
        blocks.Add(block);
        return block;
    }
}
