using System.Formats.Asn1;
using System.Text;
using PolicyDaemon.Backends.Ldap;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>What servers send, as octets: written here a second time, so that reading is not tested against itself.</summary>
internal static class LdapReplies
{
    private const string NoticeOfDisconnectionOid = "1.3.6.1.4.1.1466.20036";

    internal static byte[] Bind(int id, LdapResultCode code = LdapResultCode.Success, string diagnostic = "") =>
        Result(id, LdapTags.BindResponse, code, diagnostic);

    internal static byte[] Done(int id, LdapResultCode code = LdapResultCode.Success, string diagnostic = "") =>
        Result(id, LdapTags.SearchResultDone, code, diagnostic);

    internal static byte[] Extended(int id, LdapResultCode code = LdapResultCode.Success, string? name = null, byte[]? value = null) =>
        Message(id, LdapTags.ExtendedResponse, writer =>
        {
            WriteResult(writer, code, "");
            if (name is not null) writer.WriteOctetString(Encoding.UTF8.GetBytes(name), LdapTags.Context(10));
            if (value is not null) writer.WriteOctetString(value, LdapTags.Context(11));
        });

    internal static byte[] NoticeOfDisconnection(LdapResultCode code) => Extended(0, code, NoticeOfDisconnectionOid);

    internal static byte[] Intermediate(int id, string name, byte[] value) => Message(id, LdapTags.IntermediateResponse, writer =>
    {
        writer.WriteOctetString(Encoding.UTF8.GetBytes(name), LdapTags.Context(0));
        writer.WriteOctetString(value, LdapTags.Context(1));
    });

    internal static byte[] Reference(int id, string url) =>
        Message(id, LdapTags.SearchResultReference, writer => writer.WriteLdapString(url));

    internal static byte[] Entry(int id, string dn, params (string Name, string[] Values)[] attributes) =>
        Entry(id, dn, attributes, []);

    internal static byte[] Entry(int id, string dn, (string Name, string[] Values)[] attributes, LdapControl[] controls) =>
        Message(id, LdapTags.SearchResultEntry, writer =>
        {
            writer.WriteLdapString(dn);
            using var list = writer.PushSequence();
            foreach (var (name, values) in attributes)
            {
                using var attribute = writer.PushSequence();
                writer.WriteLdapString(name);
                using var set = writer.PushSetOf();
                foreach (var value in values) writer.WriteLdapString(value);
            }
        }, controls);

    internal static byte[] Message(int id, int tag, Action<AsnWriter> body, params LdapControl[] controls)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            using (writer.PushSequence(LdapTags.Application(tag))) body(writer);
            if (controls.Length > 0) WriteControls(writer, controls);
        }

        return writer.Encode();
    }

    private static void WriteControls(AsnWriter writer, LdapControl[] controls)
    {
        using var list = writer.PushSequence(LdapTags.Context(0));
        foreach (var control in controls)
        {
            using var sequence = writer.PushSequence();
            writer.WriteLdapString(control.Oid);
            if (control.IsCritical) writer.WriteBoolean(true);
            if (control.Value is not null) writer.WriteOctetString(control.Value);
        }
    }

    private static byte[] Result(int id, int tag, LdapResultCode code, string diagnostic) =>
        Message(id, tag, writer => WriteResult(writer, code, diagnostic));

    private static void WriteResult(AsnWriter writer, LdapResultCode code, string diagnostic)
    {
        writer.WriteEnumeratedValue(code);
        writer.WriteLdapString("");
        writer.WriteLdapString(diagnostic);
    }
}
