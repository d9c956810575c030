using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>The directory contract on a database file.</summary>
public sealed class SqliteDirectoryTests : MailboxTableContract
{
    private readonly TemporaryDirectory directory = new();
    private SqliteDatabase? database;
    private SqliteConnection? locker;

    private string FilePath => directory.File("policydaemon.db");

    private string AwayPath => directory.File("away.db");

    public override ValueTask DisposeAsync()
    {
        locker?.Dispose();
        database?.Dispose();
        directory.Dispose();
        return default;
    }

    protected override ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        database = SqliteDatabase.OpenOrCreate(FilePath);
        SqliteSeed.Load(FilePath, seed);
        return new(new SqliteDirectory(database, TimeProvider.System));
    }

    protected override ValueTask StopAsync()
    {
        File.Move(FilePath, AwayPath);
        return default;
    }

    /// <summary>Readers that are open wait for nobody, so a file that another process holds for itself takes this one's place.</summary>
    protected override ValueTask HangAsync()
    {
        var copy = directory.File("copy.db");
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            connection.Execute("VACUUM INTO @copy", new { copy });
        }

        locker = new SqliteConnection($"Data Source={copy};Pooling=False");
        locker.Open();
        locker.Execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
        File.Move(FilePath, AwayPath);
        File.Move(copy, FilePath);
        return default;
    }

    protected override ValueTask ResumeAsync()
    {
        locker?.Dispose();
        File.Move(AwayPath, FilePath, overwrite: true);
        return default;
    }
}
