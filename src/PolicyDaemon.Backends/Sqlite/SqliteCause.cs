using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>What went wrong with the file, in one private sentence.</summary>
internal static class SqliteCause
{
    /// <summary>True when trying again soon may succeed: another connection is opening, recovering or replacing the file.</summary>
    public static bool IsBusy(SqliteException exception) =>
        exception.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL;

    public static string Describe(Exception exception, string path) => exception switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } => $"{path} is locked by another process",
        SqliteException { SqliteErrorCode: raw.SQLITE_CANTOPEN } => $"{path} cannot be opened: missing, or no permission",
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } => $"{path} cannot be written: the disk is full",
        SqliteException { SqliteErrorCode: raw.SQLITE_READONLY or raw.SQLITE_PERM } => $"{path} cannot be written: no permission",
        SqliteException { SqliteErrorCode: raw.SQLITE_NOTADB } => $"{path} is not an SQLite database",
        SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT } => $"{path} is damaged",
        SqliteException other => $"{path} failed: {other.Message}",
        _ => exception.Message,
    };
}
