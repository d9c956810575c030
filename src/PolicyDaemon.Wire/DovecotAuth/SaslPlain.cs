using System.Text;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>The one message of SASL PLAIN: <c>authzid NUL authcid NUL password</c>.</summary>
/// <remarks>Source: RFC 4616 section 2. Octets of a name that are no UTF-8 become U+FFFD, which no login contains.</remarks>
internal static class SaslPlain
{
    /// <param name="password">Lies in <paramref name="message"/>; may be anything, a NUL included.</param>
    /// <returns>False when there are not two NULs.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out string authorizationIdentity, out string login, out ReadOnlySpan<byte> password)
    {
        authorizationIdentity = login = "";
        password = default;
        var first = message.IndexOf((byte)0);
        if (first < 0) return false;
        var rest = message[(first + 1)..];
        var second = rest.IndexOf((byte)0);
        if (second < 0) return false;

        authorizationIdentity = Encoding.UTF8.GetString(message[..first]);
        login = Encoding.UTF8.GetString(rest[..second]);
        password = rest[(second + 1)..];
        return true;
    }
}
