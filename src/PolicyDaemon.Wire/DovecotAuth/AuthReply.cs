using System.Globalization;
using System.Text;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>One line of ours while it is put together, every field escaped.</summary>
internal sealed class AuthReply
{
    private readonly StringBuilder line = new();

    public AuthReply(string name, uint id) => line.Append(CultureInfo.InvariantCulture, $"{name}\t{id}");

    public AuthReply Add(string field)
    {
        line.Append('\t');
        AuthEscape.Append(line, field);
        return this;
    }

    /// <param name="key">A word of the protocol.</param>
    public AuthReply Add(string key, string value)
    {
        line.Append('\t').Append(key).Append('=');
        AuthEscape.Append(line, value);
        return this;
    }

    /// <summary>The line with its LF.</summary>
    public byte[] End() => Encoding.UTF8.GetBytes(line.Append('\n').ToString());
}
