using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// One prepared statement for the request path: no command object, no reader object, and a lock is answered at once instead of by
/// sleeping, as Microsoft.Data.Sqlite does. Not thread-safe.
/// </summary>
internal sealed class SqliteStatement(sqlite3 database, string sql) : IDisposable
{
    private const int StackBytes = 512;

    private readonly sqlite3_stmt statement = Prepare(database, sql);

    /// <summary>Binds the only parameter. Any text will do: it is bound by length, also with NUL in it.</summary>
    /// <exception cref="SqliteException">Refused by SQLite.</exception>
    public void Bind(string text)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = size > StackBytes ? ArrayPool<byte>.Shared.Rent(size) : null;
        Span<byte> buffer = rented ?? stackalloc byte[StackBytes];
        var length = Encoding.UTF8.GetBytes(text, buffer);
        var code = raw.sqlite3_bind_text(statement, 1, buffer[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        ThrowUnless(code == raw.SQLITE_OK, code);
    }

    /// <summary>True: the next row is there. False: no more rows.</summary>
    /// <exception cref="SqliteException">The file is locked, unreadable or damaged.</exception>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        ThrowUnless(code is raw.SQLITE_ROW or raw.SQLITE_DONE, code);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Ends the read transaction; to be called after every use, whatever came of it.</summary>
    public void Reset() => _ = raw.sqlite3_reset(statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>Null for NULL.</summary>
    public string? Text(int column) => IsNull(column) ? null : raw.sqlite3_column_text(statement, column).utf8_to_string();

    public void Dispose() => statement.Dispose();

    private static sqlite3_stmt Prepare(sqlite3 database, string sql)
    {
        var code = raw.sqlite3_prepare_v2(database, sql, out var statement);
        if (code != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(code, database);
        return statement;
    }

    private void ThrowUnless(bool isFine, int code)
    {
        if (!isFine) SqliteException.ThrowExceptionForRC(code, database);
    }
}
