using System.Formats.Asn1;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>The controls and intermediate responses of RFC 4533 to what they say.</summary>
/// <remarks>
/// Defaults may be left out or given, a BOOLEAN is true with any octet but zero, lengths may have the long form (RFC 4511 section 5.1).
/// Every size is bounded by that of the message. Elements at the end of a SEQUENCE that we do not know are skipped.
/// </remarks>
internal static class SyncReader
{
    /// <summary>Of an entry or a reference; RFC 4533 section 2.3.</summary>
    internal const string StateOid = "1.3.6.1.4.1.4203.1.9.1.2";

    /// <summary>Of the end of the search; RFC 4533 section 2.4.</summary>
    internal const string DoneOid = "1.3.6.1.4.1.4203.1.9.1.3";

    /// <summary>The name of an intermediate response; RFC 4533 section 2.5.</summary>
    internal const string InfoOid = "1.3.6.1.4.1.4203.1.9.1.4";

    private const int UuidBytes = 16;

    /// <param name="message">Of a search with <see cref="SyncRequestControl"/>: an entry, a reference, an intermediate response or the end.</param>
    /// <returns>
    /// Null for what says nothing to us and may be ignored: a reference without state, an intermediate response of another kind.
    /// <see cref="SyncUnsupported"/> for an entry without state, and for a success without a control.
    /// </returns>
    /// <exception cref="LdapProtocolException">It is malformed; no other exception leaves this method.</exception>
    internal static SyncMessage? Read(LdapMessage message)
    {
        try
        {
            return message.Response switch
            {
                LdapSearchEntry found => Find(message, StateOid) is { } state ? ReadState(state, found.Entry) : new SyncUnsupported(),
                LdapSearchReference => Find(message, StateOid) is { } state ? AsGone(ReadState(state, LdapEntry.Nameless)) : null,
                LdapIntermediateResponse { Name: InfoOid } info => ReadInfo(info.Value ?? throw new LdapProtocolException("a Sync Info message without a value")),
                LdapIntermediateResponse => null,
                LdapSearchDone { Result: var result } => Find(message, DoneOid) is { } end ? new SyncEnd(result, ReadDone(end)) : ReadBareEnd(result),
                _ => throw new LdapProtocolException($"{message.Response.GetType().Name} does not answer a synchronization"),
            };
        }
        catch (AsnContentException malformed)
        {
            throw new LdapProtocolException($"a malformed synchronization message: {malformed.Message}", malformed);
        }
    }

    /// <summary>An account that became a reference to elsewhere is an account no more, whatever state the reference is in.</summary>
    private static SyncEntry AsGone(SyncEntry reference) => reference with { State = SyncState.Delete };

    private static byte[]? Find(LdapMessage message, string oid)
    {
        foreach (var control in message.Controls)
        {
            if (control.Oid == oid) return control.Value ?? throw new LdapProtocolException($"the control {oid} without a value");
        }

        return null;
    }

    /// <summary><c>30 15 0a 01 01 04 10 UUID</c>: added; a cookie may follow.</summary>
    private static SyncEntry ReadState(byte[] value, LdapEntry entry)
    {
        var control = ReadWhole(value);
        var octets = control.ReadEnumeratedBytes().Span;
        if (octets is not [<= (byte)SyncState.Delete and var state]) throw new LdapProtocolException("an unknown synchronization state");
        return new SyncEntry((SyncState)state, ReadUuid(control), entry, ReadCookie(control));
    }

    /// <summary>A refusal has no control. A success without one is how a search ends that was never a synchronization.</summary>
    private static SyncMessage ReadBareEnd(LdapResult result) =>
        result.Code == LdapResultCode.Success ? new SyncUnsupported() : new SyncEnd(result, Cookie: null);

    /// <summary>The refreshDeletes behind the cookie says how a refresh without a persist phase ended, which is none of ours.</summary>
    private static SyncCookie? ReadDone(byte[] value) => ReadCookie(ReadWhole(value));

    /// <summary><c>a1 00</c>: the refresh is done, nothing was deleted but what was named.</summary>
    private static SyncMessage ReadInfo(byte[] value)
    {
        var info = new AsnReader(value, AsnEncodingRules.BER);
        var kind = info.PeekTag();
        SyncMessage message = (kind.TagClass, kind.TagValue) switch
        {
            (TagClass.ContextSpecific, 0) => new SyncNewCookie(MakeCookie(info.ReadOctetString(LdapTags.Context(0)))),
            (TagClass.ContextSpecific, 1) => ReadPhaseEnd(info.ReadSequence(LdapTags.Context(1)), isPresentPhase: false),
            (TagClass.ContextSpecific, 2) => ReadPhaseEnd(info.ReadSequence(LdapTags.Context(2)), isPresentPhase: true),
            (TagClass.ContextSpecific, 3) => ReadIdSet(info.ReadSequence(LdapTags.Context(3))),

            // To skip what may end a phase or take entries away would leave a view that nobody can trust.
            _ => throw new LdapProtocolException("a Sync Info message of an unknown kind"),
        };
        info.ThrowIfNotEmpty();
        return message;
    }

    private static SyncPhaseEnd ReadPhaseEnd(AsnReader phase, bool isPresentPhase)
    {
        var cookie = ReadCookie(phase);
        return new SyncPhaseEnd(isPresentPhase, ReadFlag(phase, byDefault: true), cookie);
    }

    private static SyncIdSet ReadIdSet(AsnReader set)
    {
        var cookie = ReadCookie(set);
        var areDeleted = ReadFlag(set, byDefault: false);
        var uuids = set.ReadSetOf();
        var ids = new List<Guid>();
        while (uuids.HasData) ids.Add(ReadUuid(uuids));
        return new SyncIdSet(ids, areDeleted, cookie);
    }

    private static AsnReader ReadWhole(byte[] value)
    {
        var outer = new AsnReader(value, AsnEncodingRules.BER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        return sequence;
    }

    private static Guid ReadUuid(AsnReader reader)
    {
        var octets = reader.ReadOctetString();
        return octets.Length == UuidBytes ? new Guid(octets, bigEndian: true) : throw new LdapProtocolException($"an entryUUID of {octets.Length} octets");
    }

    private static SyncCookie? ReadCookie(AsnReader reader) =>
        HasNext(reader, Asn1Tag.PrimitiveOctetString) ? MakeCookie(reader.ReadOctetString()) : null;

    private static SyncCookie MakeCookie(byte[] octets) => octets.Length <= SyncCookie.MaxBytes
        ? SyncCookie.Read(octets)
        : throw new LdapProtocolException($"a cookie of {octets.Length} octets, more than {SyncCookie.MaxBytes}");

    private static bool ReadFlag(AsnReader reader, bool byDefault) => HasNext(reader, Asn1Tag.Boolean) ? reader.ReadBoolean() : byDefault;

    private static bool HasNext(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);
}
