using System.Formats.Asn1;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>The control that makes a search go on for ever: first what is there, or what has changed, then every change (RFC 4533 section 2.2).</summary>
/// <remarks>
/// <c>30 03 0a 01 03</c> without a cookie. The reloadHint keeps its default: a provider that cannot tell what has changed then says
/// e-syncRefreshRequired, instead of sending everything as if it were a change.
/// </remarks>
internal static class SyncRequestControl
{
    internal const string Oid = "1.3.6.1.4.1.4203.1.9.1.1";

    private enum Mode
    {
        RefreshOnly = 1,
        RefreshAndPersist = 3,
    }

    /// <summary>Critical: a server that does not know it must refuse the search, not answer it once.</summary>
    /// <param name="cookie">How far we are; null: from nothing.</param>
    internal static LdapControl Create(SyncCookie? cookie) => Create(Mode.RefreshAndPersist, cookie);

    /// <summary>Only what is there; then the search ends.</summary>
    internal static LdapControl CreateOnce() => Create(Mode.RefreshOnly, cookie: null);

    private static LdapControl Create(Mode mode, SyncCookie? cookie)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteEnumeratedValue(mode);
            if (cookie is not null) writer.WriteOctetString(cookie.Octets);
        }

        return new LdapControl(Oid, IsCritical: true, writer.Encode());
    }
}
