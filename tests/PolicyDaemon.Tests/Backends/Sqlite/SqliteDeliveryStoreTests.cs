using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>The contract of the ledger's store on a database file.</summary>
public sealed class SqliteDeliveryStoreTests : DeliveryStoreContract
{
    private readonly TemporaryDirectory directory = new();
    private SqliteDatabase? database;

    private string FilePath => directory.File("policydaemon.db");

    public override ValueTask DisposeAsync()
    {
        database?.Dispose();
        directory.Dispose();
        return default;
    }

    protected override ValueTask<IDeliveryStore> StartAsync()
    {
        database = SqliteDatabase.OpenOrCreate(FilePath);
        return new(new SqliteDeliveryStore(database));
    }

    protected override ValueTask StopAsync()
    {
        File.Move(FilePath, directory.File("away.db"));
        return default;
    }
}
