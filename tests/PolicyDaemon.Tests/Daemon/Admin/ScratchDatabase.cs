using PolicyDaemon.Backends.Sqlite;

namespace PolicyDaemon.Tests.Daemon.Admin;

/// <summary>An empty SQLite directory in a temporary folder.</summary>
internal sealed class ScratchDatabase : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("policydaemon-sqlite-");

    public ScratchDatabase() => Database = SqliteDatabase.OpenOrCreate(Path.Combine(folder.FullName, "policydaemon.db"));

    public SqliteDatabase Database { get; }

    public void Dispose()
    {
        Database.Dispose();
        folder.Delete(recursive: true);
    }
}
