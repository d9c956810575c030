using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>Where the LDAP view is kept over a restart: a file of its own, by default in the state directory.</summary>
internal static class SavedViewPlace
{
    private const string Key = "directory:ldap:savedView";

    /// <returns>The LDAP section with the place decided; null where there is no LDAP.</returns>
    public static LdapSourceOptions? Find(Section top, DirectoryOptions directory, StateDirectory state, StoreOptions store)
    {
        if (directory.Ldap is not { } ldap) return null;
        var path = ldap.SavedView ?? state.SavedView;
        if (path.Length == 0 || ldap.Mode != LdapMode.Sync) return ldap with { SavedView = null };
        if (path == (store as SqliteStoreOptions)?.Path || path == directory.Sqlite?.Path)
        {
            top.Complain(Key, "is the file of the SQLite database: expected a file of its own");
        }

        // Whoever can put a file there says who may send after the next restart. Of the state directory itself that was said already.
        if (Path.GetDirectoryName(path) is { } folder && folder != state.Path && FileChecks.CanOthersWrite(folder))
        {
            top.Warn(Key, $"every user of this machine can put a file into {folder}: expected a directory of the daemon's own");
        }

        return ldap with { SavedView = path };
    }
}
