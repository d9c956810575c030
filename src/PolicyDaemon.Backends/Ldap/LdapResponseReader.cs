using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Text;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Octets of a server to messages, RFC 4511 appendix B.</summary>
/// <remarks>
/// Every level is read by a method of its own, so nesting cannot be deeper than this file; every size is bounded by that of
/// the message. Elements we do not know at the end of a SEQUENCE are skipped (RFC 4511 section 4: extensibility implied).
/// </remarks>
internal static class LdapResponseReader
{
    /// <summary>Controls on one message; servers send one or two.</summary>
    internal const int MaxControls = 32;

    /// <summary>Attributes of one entry; we ask for some ten, and the longest object classes have fifty.</summary>
    internal const int MaxAttributes = 1024;

    private static readonly Asn1Tag ControlsTag = LdapTags.Context(0);
    private static readonly Asn1Tag ResponseName = LdapTags.Context(10);
    private static readonly Asn1Tag ResponseValue = LdapTags.Context(11);

    /// <param name="message">Exactly one message, as <see cref="LdapFraming"/> cuts it.</param>
    /// <exception cref="LdapProtocolException">It is none; no other exception leaves this method.</exception>
    internal static LdapMessage Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            var outer = new AsnReader(message, AsnEncodingRules.BER);
            var sequence = outer.ReadSequence();
            outer.ThrowIfNotEmpty();

            var id = ReadInt32(sequence);
            if (id < 0) throw new LdapProtocolException("a negative message id");
            var response = ReadResponse(sequence);
            var controls = HasNext(sequence, ControlsTag) ? ReadControls(sequence.ReadSequence(ControlsTag)) : [];
            return new LdapMessage(id, response, controls, message.Length);
        }
        catch (AsnContentException malformed)
        {
            throw new LdapProtocolException($"a malformed message: {malformed.Message}", malformed);
        }
    }

    private static LdapResponse ReadResponse(AsnReader sequence)
    {
        var tag = sequence.PeekTag();
        if (tag.TagClass != TagClass.Application) throw new LdapProtocolException("a message without an operation");
        var body = LdapTags.Application(tag.TagValue);
        switch (tag.TagValue)
        {
            case LdapTags.BindResponse: return new LdapBindResponse(ReadResult(sequence.ReadSequence(body)));
            case LdapTags.SearchResultEntry: return ReadEntry(sequence.ReadSequence(body));
            case LdapTags.SearchResultDone: return new LdapSearchDone(ReadResult(sequence.ReadSequence(body)));
            case LdapTags.ExtendedResponse: return ReadExtended(sequence.ReadSequence(body));
            case LdapTags.IntermediateResponse: return ReadIntermediate(sequence.ReadSequence(body));
        }

        sequence.ReadEncodedValue();
        return tag.TagValue == LdapTags.SearchResultReference ? new LdapSearchReference() : new LdapOtherResponse(tag.TagValue);
    }

    private static LdapResult ReadResult(AsnReader result)
    {
        var code = ReadCode(result);
        result.ReadOctetString(); // matchedDN: how much of a name exists; says nothing we use
        return new LdapResult(code, ReadText(result));
    }

    private static LdapResultCode ReadCode(AsnReader result)
    {
        var octets = result.ReadEnumeratedBytes().Span;
        if (octets.Length > sizeof(int) || octets[0] >= 0x80) throw new LdapProtocolException("a result code out of range");
        var code = 0;
        foreach (var octet in octets) code = code << 8 | octet;
        return (LdapResultCode)code;
    }

    private static LdapSearchEntry ReadEntry(AsnReader entry)
    {
        var dn = ReadText(entry);
        var attributes = ImmutableArray.CreateBuilder<LdapEntry.Attribute>();
        var list = entry.ReadSequence();
        while (list.HasData)
        {
            if (attributes.Count == MaxAttributes) throw new LdapProtocolException($"an entry with more than {MaxAttributes} attributes");
            var attribute = list.ReadSequence();
            Add(attributes, ReadText(attribute), ReadValues(attribute.ReadSetOf()));
        }

        return new LdapSearchEntry(new LdapEntry(dn, attributes.DrainToImmutable()));
    }

    /// <summary>A server that sends one attribute in two parts must not be able to hide the first.</summary>
    private static void Add(ImmutableArray<LdapEntry.Attribute>.Builder attributes, string name, List<string> values)
    {
        for (var i = 0; i < attributes.Count; i++)
        {
            if (!attributes[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            attributes[i] = new LdapEntry.Attribute(name, [.. attributes[i].Values, .. values]);
            return;
        }

        attributes.Add(new LdapEntry.Attribute(name, values));
    }

    private static List<string> ReadValues(AsnReader set)
    {
        var values = new List<string>(1);
        while (set.HasData) values.Add(ReadText(set));
        return values;
    }

    private static LdapExtendedResponse ReadExtended(AsnReader extended)
    {
        var result = ReadResult(extended);
        var referral = LdapTags.Context(3);
        if (HasNext(extended, referral)) extended.ReadEncodedValue();
        return new LdapExtendedResponse(result, ReadOptionalText(extended, ResponseName), ReadOptional(extended, ResponseValue));
    }

    private static LdapIntermediateResponse ReadIntermediate(AsnReader response) =>
        new(ReadOptionalText(response, LdapTags.Context(0)), ReadOptional(response, LdapTags.Context(1)));

    private static List<LdapControl> ReadControls(AsnReader list)
    {
        var controls = new List<LdapControl>();
        while (list.HasData)
        {
            if (controls.Count == MaxControls) throw new LdapProtocolException($"more than {MaxControls} controls");
            var control = list.ReadSequence();
            var oid = ReadText(control);
            var isCritical = HasNext(control, Asn1Tag.Boolean) && control.ReadBoolean();
            controls.Add(new LdapControl(oid, isCritical, ReadOptional(control, Asn1Tag.PrimitiveOctetString)));
        }

        return controls;
    }

    private static int ReadInt32(AsnReader reader) =>
        reader.TryReadInt32(out var number) ? number : throw new LdapProtocolException("a number out of range");

    private static string ReadText(AsnReader reader) =>
        Encoding.UTF8.GetString(reader.TryReadPrimitiveOctetString(out var octets) ? octets.Span : reader.ReadOctetString());

    private static string? ReadOptionalText(AsnReader reader, Asn1Tag tag) =>
        ReadOptional(reader, tag) is { } octets ? Encoding.UTF8.GetString(octets) : null;

    private static byte[]? ReadOptional(AsnReader reader, Asn1Tag tag) => HasNext(reader, tag) ? reader.ReadOctetString(tag) : null;

    private static bool HasNext(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);
}
