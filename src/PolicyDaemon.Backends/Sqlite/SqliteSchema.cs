using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Data.Sqlite;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>The tables, as a list of steps: a file of version n has had the first n of them.</summary>
internal sealed partial class SqliteSchema(IReadOnlyList<string> steps)
{
    /// <summary>Marks a file as ours in SQLite's header ("PolD" in ASCII).</summary>
    public const int ApplicationId = 0x506f6c44;

    public static readonly SqliteSchema Current = new(ReadSteps());

    public int Version => steps.Count;

    /// <summary>Brings the file to this version, in one transaction: afterwards it is of this version, or as it was.</summary>
    /// <exception cref="SqliteFileException">The file is not ours, or newer.</exception>
    public void Migrate(SqliteConnection connection)
    {
        if (ReadVersion(connection) == Version) return;
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            // Asked again, now that no other process can be at the same.
            for (var version = ReadVersion(connection); version < Version; version++) connection.Execute(steps[version]);
            connection.Execute(string.Create(
                CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT"));
        }
        catch
        {
            connection.Execute("ROLLBACK");
            throw;
        }
    }

    /// <summary>The file's version; 0 for an empty file, which is as good as ours.</summary>
    /// <exception cref="SqliteFileException">The file is not ours, or newer.</exception>
    public int ReadVersion(SqliteConnection connection)
    {
        // In this order: another process may set the file up meanwhile, all three at once, and whatever is read before one that is set
        // may still be old, but nothing behind it.
        var isEmpty = connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") == 0;
        var version = Pragma(connection, "user_version");
        var id = Pragma(connection, "application_id");
        return isEmpty && version == 0 && id == 0 ? 0 : Check(id, version, connection.DataSource);
    }

    /// <summary>Refuses a file that this program must not touch.</summary>
    /// <exception cref="SqliteFileException">The file is not ours, or newer.</exception>
    public int Check(long applicationId, long version, string path)
    {
        if (applicationId != ApplicationId) throw new SqliteFileException($"{path} is a database of another program");
        if (version > Version)
        {
            throw new SqliteFileException($"{path} was written by a newer policydaemon (schema version {version}, this one knows {Version})");
        }

        return (int)version;
    }

    private static long Pragma(SqliteConnection connection, string name) => connection.ExecuteScalar<long>("PRAGMA " + name);

    private static string[] ReadSteps()
    {
        using var stream = typeof(SqliteSchema).Assembly.GetManifestResourceStream("PolicyDaemon.Backends.Sqlite.Schema.sql")!;
        using var reader = new StreamReader(stream);

        // What stands before the first section is the file's own opening comment.
        return VersionLine().Split(reader.ReadToEnd())[1..];
    }

    [GeneratedRegex("^-- version [0-9]+$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex VersionLine();
}
