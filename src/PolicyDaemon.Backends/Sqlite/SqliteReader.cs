using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>One reading connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3 database;
    private readonly nint handle;
    private readonly List<KeyValuePair<string, SqliteStatement>> statements = [];

    /// <summary>Takes over the connection, unless it throws.</summary>
    /// <exception cref="SqliteFileException">The file is not ours, or newer.</exception>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public SqliteReader(SqliteConnection connection, SqliteSchema schema)
    {
        this.connection = connection;
        database = connection.Handle!;
        handle = database.DangerousGetHandle();
        schema.Check(ReadInteger("PRAGMA application_id"), ReadInteger("PRAGMA user_version"), connection.DataSource);
        ReadInteger("PRAGMA query_only = ON");
    }

    public bool HasMoved => SystemSqlite.HasMoved(handle);

    /// <summary>The statement with this text, prepared at its first use. The text is told apart by reference: a constant.</summary>
    public SqliteStatement Prepare(string sql)
    {
        foreach (var (text, prepared) in statements)
        {
            if (ReferenceEquals(text, sql)) return prepared;
        }

        var statement = new SqliteStatement(database, sql);
        statements.Add(new(sql, statement));
        return statement;
    }

    public void Dispose()
    {
        foreach (var (_, statement) in statements) statement.Dispose();
        connection.Dispose();
    }

    private long ReadInteger(string sql)
    {
        using var statement = new SqliteStatement(database, sql);
        return statement.Step() ? statement.Integer(0) : 0;
    }
}
