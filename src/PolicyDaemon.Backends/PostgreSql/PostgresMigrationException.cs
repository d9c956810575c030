namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The schema in the database is not one that this program can bring up to date; the message says why.</summary>
public sealed class PostgresMigrationException : Exception
{
    public PostgresMigrationException()
    {
    }

    public PostgresMigrationException(string message)
        : base(message)
    {
    }

    public PostgresMigrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
