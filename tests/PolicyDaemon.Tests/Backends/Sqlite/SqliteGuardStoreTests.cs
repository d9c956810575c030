using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>The guard store contract on a database file.</summary>
public sealed class SqliteGuardStoreTests : GuardStoreContract
{
    private readonly TemporaryDirectory directory = new();
    private readonly List<SqliteDatabase> opened = [];

    private string FilePath => directory.File("policydaemon.db");

    public override ValueTask DisposeAsync()
    {
        foreach (var database in opened) database.Dispose();
        directory.Dispose();
        return default;
    }

    protected override ValueTask<IGuardStore> StartAsync() => new(OpenAgain());

    protected override IGuardStore OpenAgain()
    {
        opened.Add(SqliteDatabase.OpenOrCreate(FilePath));
        return new SqliteGuardStore(opened[^1]);
    }

    protected override ValueTask StopAsync()
    {
        File.Move(FilePath, directory.File("away.db"));
        return default;
    }
}
