namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What is asked of each entry.</summary>
internal static class SyncAttributes
{
    /// <summary>When the entry was last changed (OpenLDAP); the <c>entryUUID</c> comes in the Sync State control.</summary>
    internal const string ChangeNumber = "entryCSN";

    private const string Password = "userPassword";

    /// <summary>The mapped attributes; never a password, whatever is mapped.</summary>
    internal static IReadOnlyList<string> For(LdapAttributes attributes) =>
        [.. attributes.All.Where(name => !name.Split(';')[0].Equals(Password, StringComparison.OrdinalIgnoreCase)), ChangeNumber];
}
