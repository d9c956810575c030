using System.Formats.Asn1;
using System.Text;
using PolicyDaemon.Backends.Ldap;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>What providers send in a synchronization, as octets: written here a second time, so that reading is not tested against itself.</summary>
internal static class SyncReplies
{
    private const string StateOid = "1.3.6.1.4.1.4203.1.9.1.2";
    private const string DoneOid = "1.3.6.1.4.1.4203.1.9.1.3";
    private const string InfoOid = "1.3.6.1.4.1.4203.1.9.1.4";

    /// <param name="state">0 present, 1 add, 2 modify, 3 delete.</param>
    internal static byte[] Entry(int id, int state, Guid uuid, string dn, string? cookie = null, params (string Name, string[] Values)[] attributes) =>
        LdapReplies.Entry(id, dn, attributes, [new LdapControl(StateOid, IsCritical: false, State(state, uuid, cookie))]);

    internal static byte[] Reference(int id, int state, Guid uuid, string url) => LdapReplies.Message(
        id, LdapTags.SearchResultReference, writer => writer.WriteLdapString(url), new LdapControl(StateOid, false, State(state, uuid, cookie: null)));

    internal static byte[] Info(int id, byte[] value) => LdapReplies.Intermediate(id, InfoOid, value);

    internal static byte[] NewCookie(int id, string cookie) => Info(id, Value(writer => WriteCookie(writer, cookie, LdapTags.Context(0))));

    /// <summary>refreshPresent or refreshDelete; what is not given is left out.</summary>
    internal static byte[] PhaseEnd(int id, bool isPresentPhase, bool? isDone = null, string? cookie = null) => Info(id, Value(writer =>
    {
        using var phase = writer.PushSequence(LdapTags.Context(isPresentPhase ? 2 : 1));
        WriteCookie(writer, cookie);
        if (isDone is { } flag) writer.WriteBoolean(flag);
    }));

    internal static byte[] IdSet(int id, IEnumerable<Guid> uuids, bool? areDeleted = null, string? cookie = null) => Info(id, Value(writer =>
    {
        using var set = writer.PushSequence(LdapTags.Context(3));
        WriteCookie(writer, cookie);
        if (areDeleted is { } flag) writer.WriteBoolean(flag);
        using var list = writer.PushSetOf();
        foreach (var uuid in uuids) writer.WriteOctetString(uuid.ToByteArray(bigEndian: true));
    }));

    internal static byte[] Done(int id, LdapResultCode code, string? cookie = null, bool? refreshDeletes = null) => LdapReplies.Message(
        id,
        LdapTags.SearchResultDone,
        writer =>
        {
            writer.WriteEnumeratedValue(code);
            writer.WriteLdapString("");
            writer.WriteLdapString("");
        },
        new LdapControl(DoneOid, IsCritical: false, Value(writer =>
        {
            using var sequence = writer.PushSequence();
            WriteCookie(writer, cookie);
            if (refreshDeletes is { } flag) writer.WriteBoolean(flag);
        })));

    internal static byte[] State(int state, Guid uuid, string? cookie) => Value(writer =>
    {
        using var sequence = writer.PushSequence();
        writer.WriteEnumeratedValue((DayOfWeek)state);
        writer.WriteOctetString(uuid.ToByteArray(bigEndian: true));
        WriteCookie(writer, cookie);
    });

    private static void WriteCookie(AsnWriter writer, string? cookie, Asn1Tag? tag = null)
    {
        if (cookie is not null) writer.WriteOctetString(Encoding.Latin1.GetBytes(cookie), tag);
    }

    private static byte[] Value(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        write(writer);
        return writer.Encode();
    }
}
