namespace PolicyDaemon.Engine.Messages;

/// <summary>One field of a message's header, as it was received: nothing is decoded, unfolded or trimmed.</summary>
/// <param name="Name">As written, without the colon. Octets above 127 are the characters of the same number; a space may stand at its end.</param>
/// <param name="Value">
/// The octets behind the colon. A folded line is LF and white space, without CR; octets above 127 may be UTF-8 (RFC 6532) or anything.
/// </param>
public sealed record HeaderField(string Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>The name by which MTAs look a field up: without the white space that obsolete syntax allows before the colon.</summary>
    /// <remarks>RFC 5322 section 4.5. Postfix (is_header.c) ends a name there, too.</remarks>
    public string LookupName { get; } = Name.AsSpan().TrimEnd(" \t").Length == Name.Length ? Name : Name.TrimEnd(' ', '\t');

    public bool IsNamed(string name) => string.Equals(LookupName, name, StringComparison.OrdinalIgnoreCase);
}
