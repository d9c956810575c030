using System.Collections.Immutable;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>One entry as a search found it: only attributes that were asked for and that we may read.</summary>
/// <param name="dn">As the server writes it; for display, never taken apart.</param>
/// <param name="attributes">Each name once; names compare without regard to case (RFC 4512 section 2.5).</param>
internal sealed class LdapEntry(string dn, ImmutableArray<LdapEntry.Attribute> attributes)
{
    /// <summary>Stands where a server names an entry by other means.</summary>
    internal static readonly LdapEntry Nameless = new("", []);

    public string Dn => dn;

    /// <summary>The values of an attribute as text, in the server's order; empty when it is absent.</summary>
    /// <remarks>What is not UTF-8 gets replacement characters, and so equals no value of a configuration.</remarks>
    public IReadOnlyList<string> Texts(string attribute)
    {
        // A handful of attributes: looking through them costs less than a dictionary for every entry.
        foreach (var own in attributes)
        {
            if (own.Name.Equals(attribute, StringComparison.OrdinalIgnoreCase)) return own.Values;
        }

        return [];
    }

    internal readonly record struct Attribute(string Name, IReadOnlyList<string> Values);
}
