using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>Domains in a database file.</summary>
public sealed class SqliteDomainTableTests : DomainTableContract
{
    private readonly SqliteMailboxFile file = new();

    public override ValueTask DisposeAsync() => file.DisposeAsync();

    protected override ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync() => file.OpenAsync();
}

/// <summary>Accounts in a database file.</summary>
public sealed class SqliteAccountTableTests : AccountTableContract
{
    private readonly SqliteMailboxFile file = new();

    public override ValueTask DisposeAsync() => file.DisposeAsync();

    protected override ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync() => file.OpenAsync();
}

/// <summary>Aliases in a database file.</summary>
public sealed class SqliteAliasTableTests : AliasTableContract
{
    private readonly SqliteMailboxFile file = new();

    public override ValueTask DisposeAsync() => file.DisposeAsync();

    protected override ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync() => file.OpenAsync();
}

/// <summary>A database file of its own.</summary>
internal sealed class SqliteMailboxFile : IAsyncDisposable
{
    private readonly TemporaryDirectory directory = new();
    private SqliteDatabase? database;

    public ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync()
    {
        database = SqliteDatabase.OpenOrCreate(directory.File("policydaemon.db"));
        return new((database, new SqliteDirectory(database, TimeProvider.System)));
    }

    public ValueTask DisposeAsync()
    {
        database?.Dispose();
        directory.Dispose();
        return default;
    }
}
