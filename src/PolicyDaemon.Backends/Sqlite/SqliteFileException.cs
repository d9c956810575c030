namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// The database file cannot be used as it is: it cannot be opened, is not ours, or was written by a newer version. The message is
/// one sentence for the administrator and names the file.
/// </summary>
public sealed class SqliteFileException : Exception
{
    public SqliteFileException()
    {
    }

    public SqliteFileException(string message)
        : base(message)
    {
    }

    public SqliteFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
