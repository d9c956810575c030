using System.Formats.Asn1;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>The control by which a server gives the entries of a search page by page (RFC 2696).</summary>
internal static class LdapPagedResults
{
    internal const string Oid = "1.2.840.113556.1.4.319";

    /// <summary>Longer than any server's; it is sent back as it came.</summary>
    private const int MaxCookieOctets = 4096;

    /// <summary>Critical: a server that does not know it must refuse the search, not answer as much of it as it likes.</summary>
    /// <param name="cookie">Of the page before, on the same connection; empty for the first.</param>
    internal static LdapControl Ask(int entries, ReadOnlySpan<byte> cookie)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(entries);
            writer.WriteOctetString(cookie);
        }

        return new LdapControl(Oid, IsCritical: true, writer.Encode());
    }

    /// <param name="cookie">Empty: there are no more pages.</param>
    /// <returns>False when the server gave no such control, or one that cannot be read: whether there is more is then unknown.</returns>
    internal static bool TryReadCookie(IReadOnlyList<LdapControl> controls, out byte[] cookie)
    {
        cookie = [];
        if (controls.FirstOrDefault(control => control.Oid == Oid)?.Value is not { } value) return false;
        try
        {
            var sequence = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();
            sequence.ReadInteger();
            cookie = sequence.ReadOctetString();
            return cookie.Length <= MaxCookieOctets;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
