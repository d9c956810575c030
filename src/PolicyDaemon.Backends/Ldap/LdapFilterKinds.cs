using System.Formats.Asn1;
using System.Text;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>AND or OR of other filters.</summary>
internal sealed class LdapFilterSet(int tag, IReadOnlyList<LdapFilter> filters) : LdapFilter
{
    internal const int AndTag = 0;
    internal const int OrTag = 1;

    internal override void Encode(AsnWriter writer)
    {
        // SET OF; LDAP does not want the sorting of DER, which a BER writer leaves out.
        using var _ = writer.PushSetOf(LdapTags.Context(tag));
        foreach (var filter in filters) filter.Encode(writer);
    }

    internal override void AppendTo(StringBuilder text)
    {
        text.Append(tag == AndTag ? "(&" : "(|");
        foreach (var filter in filters) filter.AppendTo(text);
        text.Append(')');
    }
}

internal sealed class LdapFilterNot(LdapFilter filter) : LdapFilter
{
    internal override void Encode(AsnWriter writer)
    {
        // The tag is explicit although the module says IMPLICIT TAGS: Filter is a CHOICE (X.680 section 31.2.7).
        using var _ = writer.PushSequence(LdapTags.Context(2));
        filter.Encode(writer);
    }

    internal override void AppendTo(StringBuilder text)
    {
        text.Append("(!");
        filter.AppendTo(text);
        text.Append(')');
    }
}

/// <summary>One attribute against one value.</summary>
internal sealed class LdapFilterComparison(int tag, string attribute, byte[] value) : LdapFilter
{
    internal const int EqualTag = 3;
    internal const int GreaterOrEqualTag = 5;
    internal const int LessOrEqualTag = 6;
    internal const int ApproximateTag = 8;

    internal override void Encode(AsnWriter writer)
    {
        using var _ = writer.PushSequence(LdapTags.Context(tag));
        writer.WriteLdapString(attribute);
        writer.WriteOctetString(value);
    }

    internal override void AppendTo(StringBuilder text)
    {
        text.Append('(').Append(attribute).Append(Operator);
        LdapFilterText.AppendEscaped(text, value);
        text.Append(')');
    }

    private string Operator => tag switch
    {
        GreaterOrEqualTag => ">=",
        LessOrEqualTag => "<=",
        ApproximateTag => "~=",
        _ => "=",
    };
}

internal sealed class LdapFilterPresent(string attribute) : LdapFilter
{
    internal override void Encode(AsnWriter writer) =>
        writer.WriteOctetString(Encoding.UTF8.GetBytes(attribute), LdapTags.Context(7));

    internal override void AppendTo(StringBuilder text) => text.Append('(').Append(attribute).Append("=*)");
}

/// <summary><c>(cn=initial*any*any*final)</c>.</summary>
/// <param name="parts">The texts between the asterisks, two or more; the first and the last may be empty, not all are.</param>
internal sealed class LdapFilterSubstring(string attribute, IReadOnlyList<byte[]> parts) : LdapFilter
{
    internal override void Encode(AsnWriter writer)
    {
        using var outer = writer.PushSequence(LdapTags.Context(4));
        writer.WriteLdapString(attribute);
        using var inner = writer.PushSequence();
        for (var i = 0; i < parts.Count; i++)
        {
            var position = i == 0 ? 0 : i == parts.Count - 1 ? 2 : 1; // initial, final, any
            if (parts[i].Length > 0) writer.WriteOctetString(parts[i], LdapTags.Context(position));
        }
    }

    internal override void AppendTo(StringBuilder text)
    {
        text.Append('(').Append(attribute).Append('=');
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0) text.Append('*');
            LdapFilterText.AppendEscaped(text, parts[i]);
        }

        text.Append(')');
    }
}

/// <summary><c>(memberOf:1.2.840.113556.1.4.1941:=cn=...)</c>, RFC 4511 section 4.5.1.7.7.</summary>
/// <param name="attribute">Null: every attribute that the rule fits.</param>
/// <param name="rule">Null: the attribute's equality rule.</param>
internal sealed class LdapFilterExtensible(string? attribute, string? rule, bool matchesDn, byte[] value) : LdapFilter
{
    internal override void Encode(AsnWriter writer)
    {
        using var _ = writer.PushSequence(LdapTags.Context(9));
        if (rule is not null) writer.WriteOctetString(Encoding.UTF8.GetBytes(rule), LdapTags.Context(1));
        if (attribute is not null) writer.WriteOctetString(Encoding.UTF8.GetBytes(attribute), LdapTags.Context(2));
        writer.WriteOctetString(value, LdapTags.Context(3));
        if (matchesDn) writer.WriteBoolean(true, LdapTags.Context(4));
    }

    internal override void AppendTo(StringBuilder text)
    {
        text.Append('(').Append(attribute);
        if (matchesDn) text.Append(":dn");
        if (rule is not null) text.Append(':').Append(rule);
        text.Append(":=");
        LdapFilterText.AppendEscaped(text, value);
        text.Append(')');
    }
}
