using System.Text;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>One entry as a search found it: only attributes that were asked for and that we may read.</summary>
/// <param name="dn">As the server writes it; for display, never taken apart.</param>
/// <param name="attributes">Names compare without regard to case (RFC 4512 section 2.5).</param>
internal sealed class LdapEntry(string dn, IReadOnlyDictionary<string, IReadOnlyList<byte[]>> attributes)
{
    public string Dn => dn;

    /// <summary>The values of an attribute as text, in the server's order; empty when it is absent.</summary>
    /// <remarks>What is not UTF-8 gets replacement characters, and so equals no value of a configuration.</remarks>
    public IReadOnlyList<string> Texts(string attribute) =>
        attributes.TryGetValue(attribute, out var values) ? [.. values.Select(Encoding.UTF8.GetString)] : [];
}
