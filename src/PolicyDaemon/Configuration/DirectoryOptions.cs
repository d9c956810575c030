using PolicyDaemon.Backends.Files;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Configuration;

/// <summary>Who and what is ours, and which sources know it. At least one source is there.</summary>
internal sealed record DirectoryOptions
{
    /// <summary>Normalized.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>The characters of Postfix's <c>recipient_delimiter</c>; empty: no tags.</summary>
    public required string RecipientDelimiter { get; init; }

    /// <summary>
    /// What Postfix appends to an address without a domain (<c>myorigin</c>), normalized; null: such addresses are not understood.
    /// </summary>
    public required string? Origin { get; init; }

    /// <summary>The source that owns people; null: the sources are equal.</summary>
    public required string? Identity { get; init; }

    /// <summary>Files in the form of aliases(5) or virtual(5) with addresses that only Postfix knows.</summary>
    public required IReadOnlyList<string> ExtraRecipients { get; init; }

    /// <summary>Null: no LDAP server is asked.</summary>
    public required LdapSourceOptions? Ldap { get; init; }

    /// <summary>Null: there is no PostgreSQL.</summary>
    public required PostgresSourceOptions? Postgres { get; init; }

    /// <summary>Null: the SQLite file is no directory.</summary>
    public required SqliteSourceOptions? Sqlite { get; init; }

    /// <summary>Null: no files are a directory.</summary>
    public required FileDirectoryOptions? Files { get; init; }

    /// <summary>Account status to rights, without regard to case.</summary>
    public required IReadOnlyDictionary<string, Rights> AccountStatuses { get; init; }

    /// <summary>What an account may do about which the send attribute is not there.</summary>
    public required WhenAbsent WhenAbsent { get; init; }

    /// <summary>Commands that take the login of an account away end its sessions too.</summary>
    public required bool Kick { get; init; }
}

internal enum WhenAbsent
{
    Permit,
    Refuse,
}

/// <param name="Path">Absolute.</param>
internal sealed record SqliteSourceOptions(string Path);

/// <param name="Server">How to reach the servers.</param>
/// <param name="Directory">What to ask there, and how long answers count; null: no mailboxes are there, it is the store only.</param>
/// <param name="Administrator">How commands connect that change the database; null: they cannot. The daemon itself never does.</param>
internal sealed record PostgresSourceOptions(PostgresOptions Server, PostgresDirectoryOptions? Directory, PostgresOptions? Administrator);

/// <param name="Server">How to reach the servers and what to look for there.</param>
/// <param name="StaleFor">
/// How long what is known counts while no server answers: the last answers (lookup; zero: not at all) or the view since a server was last
/// heard (sync).
/// </param>
/// <param name="SavedView">Absolute path of the file in which the view is kept over a restart; null: none. In mode lookup without meaning, as the next.</param>
/// <param name="MaxShrink">The share of the accounts, 0 to 1, that may go at once.</param>
/// <param name="Passwords">How passwords are checked.</param>
internal sealed record LdapSourceOptions(
    LdapOptions Server, LdapMode Mode, TimeSpan StaleFor, string? SavedView, double MaxShrink, LdapPasswords Passwords);

internal enum LdapPasswords
{
    /// <summary>By the server: the entry is searched for, then a bind as it is tried.</summary>
    Bind,

    /// <summary>Here, with the attribute, which the daemon must be allowed to read.</summary>
    UserPassword,

    /// <summary>Not at all: passwords are in another source.</summary>
    None,
}

internal enum LdapMode
{
    /// <summary>The accounts are kept in memory, and the server says when they change (RFC 4533).</summary>
    Sync,

    /// <summary>Servers are asked for every transaction.</summary>
    Lookup,
}
