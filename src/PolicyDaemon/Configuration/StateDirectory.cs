namespace PolicyDaemon.Configuration;

/// <summary>Where the daemon keeps what it writes for itself, one directory for all of it; each file and directory below it is its user's alone.</summary>
/// <param name="Path">Absolute, without a slash at its end.</param>
internal sealed record StateDirectory(string Path)
{
    public const string Default = "/var/lib/policydaemon";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Unless the configuration names another.</summary>
    public string SqliteFile => In("policydaemon.db");

    /// <inheritdoc cref="SqliteFile"/>
    public string SavedView => In("ldap.view");

    /// <summary>The last known blocks, and orders that PostgreSQL does not have yet.</summary>
    public string BlocksFile => In("blocks.json");

    /// <summary>Blocks of rules that SQLite could not take yet.</summary>
    public string WaitingBlocks => In("waiting.json");

    /// <summary>Logins that Dovecot has not asked for yet, while no daemon runs.</summary>
    public string PendingLogins => In("logins.json");

    /// <summary>One directory for each name that this node has had: what it has charged counts under that name.</summary>
    public string Journals => In("journal");

    /// <summary>What was delivered through this node, for when it comes again, and until the store has it.</summary>
    public string Deliveries => In("deliveries");

    /// <summary>Makes it, and the place for journals in it, where they are not there, for this user alone.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to make it.</exception>
    public void Make()
    {
        System.IO.Directory.CreateDirectory(Path, OwnerOnly);
        System.IO.Directory.CreateDirectory(Journals, OwnerOnly);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
