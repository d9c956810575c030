namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Which database of a server holds an entry: the suffix of it, where OpenLDAP keeps <c>contextCSN</c> (RFC 4512 section 5.1).</summary>
internal static class LdapNamingContexts
{
    private const string Attribute = "namingContexts";

    /// <summary>Empty where the server does not show them.</summary>
    internal static async Task<IReadOnlyList<string>> ReadAsync(LdapConnection connection, CancellationToken cancellationToken)
    {
        var root = new LdapSearchRequest
        {
            BaseDn = "", Scope = LdapScope.BaseObject, Filter = LdapFilter.Present("objectClass"), Attributes = [Attribute],
        };
        var found = await connection.SearchAsync(root, cancellationToken);
        return found.Entries is [var entry] ? entry.Texts(Attribute) : [];
    }

    /// <summary>The one that this DN is in or below, the nearest of several; null: none, or written too differently to see it.</summary>
    internal static string? FindFor(string dn, IReadOnlyList<string> contexts)
    {
        var wanted = Plain(dn);
        return contexts
            .Where(context => Plain(context) is var suffix && (wanted == suffix || wanted.EndsWith($",{suffix}", StringComparison.Ordinal)))
            .MaxBy(context => context.Length);
    }

    private static string Plain(string dn) => string.Concat(dn.Where(character => character != ' ')).ToUpperInvariant();
}
