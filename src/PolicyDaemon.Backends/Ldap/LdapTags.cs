using System.Formats.Asn1;
using System.Text;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>The tags of RFC 4511, appendix B.</summary>
internal static class LdapTags
{
    internal const int BindRequest = 0;
    internal const int BindResponse = 1;
    internal const int UnbindRequest = 2;
    internal const int SearchRequest = 3;
    internal const int SearchResultEntry = 4;
    internal const int SearchResultDone = 5;
    internal const int AbandonRequest = 16;
    internal const int SearchResultReference = 19;
    internal const int ExtendedRequest = 23;
    internal const int ExtendedResponse = 24;
    internal const int IntermediateResponse = 25;

    /// <summary>Whether a value holds others inside is the writer's or reader's business: only class and number matter here.</summary>
    internal static Asn1Tag Context(int number) => new(TagClass.ContextSpecific, number);

    internal static Asn1Tag Application(int number) => new(TagClass.Application, number);

    /// <summary>LDAPString, LDAPDN, LDAPOID: UTF-8 in an OCTET STRING.</summary>
    internal static void WriteLdapString(this AsnWriter writer, string text) => writer.WriteOctetString(Encoding.UTF8.GetBytes(text));
}
