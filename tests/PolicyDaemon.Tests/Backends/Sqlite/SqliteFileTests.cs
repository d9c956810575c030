using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>A database file of its own for each test, with what changes it and the directory that reads it.</summary>
public abstract class SqliteFileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly SqliteDatabase database;

    protected SqliteFileTests()
    {
        database = SqliteDatabase.OpenOrCreate(directory.File("policydaemon.db"));
        Domains = new SqliteDomains(database);
        Accounts = new SqliteAccounts(database);
        Aliases = new SqliteAliases(database);
        Source = new SqliteDirectory(database, TimeProvider.System);
    }

    protected SqliteDomains Domains { get; }

    protected SqliteAccounts Accounts { get; }

    protected SqliteAliases Aliases { get; }

    protected SqliteDirectory Source { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        database.Dispose();
        directory.Dispose();
    }

    protected async Task<Account?> FindAccountAsync(string login) => (await Source.FindAccountAsync(login, Token)).Value;

    protected async Task<AddressEntry?> FindAddressAsync(string text)
    {
        Assert.True(new AddressNormalizer("").TryParsePattern(text, out var address));
        return (await Source.FindAddressAsync(address, Token)).Value;
    }
}
