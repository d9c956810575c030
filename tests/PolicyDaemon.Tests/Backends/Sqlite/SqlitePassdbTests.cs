using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>The passdb contract on a database file.</summary>
public sealed class SqlitePassdbTests : PassdbContract
{
    private readonly TemporaryDirectory directory = new();
    private readonly HashWorkers workers = new(2, 100);
    private SqliteDatabase? database;
    private SqliteConnection? locker;

    private string FilePath => directory.File("policydaemon.db");

    private string AwayPath => directory.File("away.db");

    public override ValueTask DisposeAsync()
    {
        locker?.Dispose();
        database?.Dispose();
        workers.Dispose();
        directory.Dispose();
        return default;
    }

    protected override ValueTask<IPassdb> StartAsync(DirectorySeed seed)
    {
        database = SqliteDatabase.OpenOrCreate(FilePath);
        SqliteSeed.Load(FilePath, seed);
        return new(new SqlitePassdb(database, workers, TimeProvider.System));
    }

    protected override ValueTask StopAsync()
    {
        File.Move(FilePath, AwayPath);
        return default;
    }

    /// <summary>A file that another process holds for itself takes this one's place.</summary>
    protected override ValueTask HangAsync()
    {
        var copy = directory.File("copy.db");
        using (var connection = Open(FilePath)) connection.Execute("VACUUM INTO @copy", new { copy });

        locker = Open(copy);
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

    protected override ValueTask SetPasswordAsync(SeedAccount account, string stored)
    {
        using var connection = Open(FilePath);
        connection.Execute("UPDATE virtual_users SET password = @stored WHERE email = @MainAddress", new { stored, account.MainAddress });
        return default;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }
}
