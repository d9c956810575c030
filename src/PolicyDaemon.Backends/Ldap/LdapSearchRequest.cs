using System.Formats.Asn1;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>A search, RFC 4511 section 4.5.1. Aliases are never dereferenced.</summary>
internal sealed record LdapSearchRequest : LdapRequest
{
    public required string BaseDn { get; init; }

    public LdapScope Scope { get; init; } = LdapScope.Subtree;

    public required LdapFilter Filter { get; init; }

    /// <summary>What to return; never empty, because an empty list asks for everything, <c>userPassword</c> too.</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    /// <summary>How many entries the server may return before it ends with sizeLimitExceeded; 0: as many as it likes.</summary>
    public int SizeLimit { get; init; }

    /// <summary>After how many seconds the server may give up; 0: never. Whole seconds: our own timeout is the exact one.</summary>
    public int TimeLimitSeconds { get; init; }

    /// <summary>For the entry of the base, without anything in it: whether the server answers.</summary>
    public static LdapSearchRequest ForBase(LdapOptions options) => new()
    {
        BaseDn = options.BaseDn, Scope = LdapScope.BaseObject, Filter = LdapFilter.Present("objectClass"), Attributes = [LdapAttribute.None],
    };

    private protected override void EncodeBody(AsnWriter writer)
    {
        using var sequence = writer.PushSequence(LdapTags.Application(LdapTags.SearchRequest));
        writer.WriteLdapString(BaseDn);
        writer.WriteEnumeratedValue(Scope);
        writer.WriteEnumeratedValue(Dereference.Never);
        writer.WriteInteger(SizeLimit);
        writer.WriteInteger(TimeLimitSeconds);
        writer.WriteBoolean(false); // typesOnly
        Filter.Encode(writer);
        using var attributes = writer.PushSequence();
        foreach (var attribute in Attributes.DefaultIfEmpty(LdapAttribute.None)) writer.WriteLdapString(attribute);
    }

    private enum Dereference
    {
        Never = 0,
    }
}

/// <summary>Which entries a search looks at, seen from its base.</summary>
internal enum LdapScope
{
    BaseObject = 0,
    SingleLevel = 1,
    Subtree = 2,
}
