using System.Formats.Asn1;
using System.Text;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>
/// A search filter, RFC 4511 section 4.5.1.7. Code builds one only through the factory methods, where a value is a value
/// and never text of a filter: it travels as octets, so no character in it can end an assertion or begin another.
/// </summary>
/// <remarks>Text is parsed only when the administrator wrote it, see <see cref="Parse"/>.</remarks>
public abstract class LdapFilter
{
    private protected LdapFilter()
    {
    }

    /// <summary>All of them; of none: always true (RFC 4526).</summary>
    public static LdapFilter And(params IReadOnlyList<LdapFilter> filters) =>
        filters.Count == 1 ? filters[0] : new LdapFilterSet(LdapFilterSet.AndTag, filters);

    /// <summary>At least one of them; of none: never true (RFC 4526).</summary>
    public static LdapFilter Or(params IReadOnlyList<LdapFilter> filters) =>
        filters.Count == 1 ? filters[0] : new LdapFilterSet(LdapFilterSet.OrTag, filters);

    public static LdapFilter Not(LdapFilter filter) => new LdapFilterNot(filter);

    /// <summary>The attribute has this value, by the attribute's own matching rule (its case sensitivity is the schema's).</summary>
    /// <param name="attribute">A name or OID, with options if any; never from a peer.</param>
    /// <param name="value">Any text, unescaped.</param>
    /// <exception cref="ArgumentException">The attribute is no attribute description.</exception>
    public static LdapFilter Equal(string attribute, string value) =>
        new LdapFilterComparison(LdapFilterComparison.EqualTag, Checked(attribute), Encoding.UTF8.GetBytes(value));

    /// <summary>The attribute has any value that we may read.</summary>
    /// <inheritdoc cref="Equal" path="/exception"/>
    public static LdapFilter Present(string attribute) => new LdapFilterPresent(Checked(attribute));

    /// <summary>Reads filter text of the configuration, RFC 4515.</summary>
    /// <exception cref="FormatException">What is wrong, and at which character.</exception>
    public static LdapFilter Parse(string text) => new LdapFilterParser(text).Parse();

    /// <summary>Filter text by RFC 4515; in values everything but printable ASCII is escaped too, so the text fits a log line.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        AppendTo(text);
        return text.ToString();
    }

    internal abstract void Encode(AsnWriter writer);

    internal abstract void AppendTo(StringBuilder text);

    private static string Checked(string attribute) => LdapAttribute.IsDescription(attribute)
        ? attribute
        : throw new ArgumentException($"'{attribute}' is not an LDAP attribute", nameof(attribute));
}
