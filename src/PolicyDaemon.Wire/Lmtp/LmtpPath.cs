using System.Text;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>The path of MAIL or RCPT.</summary>
/// <param name="Text">As Postfix wrote it, with its angle brackets, octet for octet as Latin-1: what the backend is told.</param>
/// <param name="Address">In internal form: without quotes and source route. Empty for <c>&lt;&gt;</c>.</param>
internal sealed record LmtpPath(string Text, string Address)
{
    /// <summary>Reads the path at the beginning of some arguments.</summary>
    /// <param name="arguments">Of one command, as Latin-1, without control characters.</param>
    /// <param name="rest">What is behind the path.</param>
    /// <returns>Null: there is none.</returns>
    /// <remarks>RFC 5321 section 4.1.2; a source route is dropped, as section 4.1.1.3 allows. Example: <c>&lt;"a b"@example.org&gt; SIZE=10</c>.</remarks>
    public static LmtpPath? Read(string arguments, out string rest)
    {
        rest = "";
        if (arguments is not ['<', ..]) return null;
        StringBuilder address = new();
        var isQuoted = false;
        for (var i = 1; i < arguments.Length; i++)
        {
            var character = arguments[i];
            if (character == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (character == '\\' && i + 1 < arguments.Length)
            {
                address.Append(arguments[++i]);
            }
            else if (character == '>' && !isQuoted)
            {
                rest = arguments[(i + 1)..];
                return rest is [] or [' ', ..] ? new LmtpPath(arguments[..(i + 1)], WithoutRoute(Utf8(address.ToString()))) : null;
            }
            else if (character is ' ' or '<' && !isQuoted)
            {
                return null;
            }
            else
            {
                address.Append(character);
            }
        }

        return null;
    }

    private static string WithoutRoute(string address) =>
        address is ['@', ..] && address.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? address[(colon + 1)..] : address;

    private static string Utf8(string latin) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin));
}
