namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>PostgreSQL gave no answer of use. The message is one private sentence that says why and holds no secret.</summary>
public sealed class PostgresUnavailableException : Exception
{
    public PostgresUnavailableException()
    {
    }

    public PostgresUnavailableException(string message)
        : base(message)
    {
    }

    public PostgresUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The server is there, but would not do this: other questions may fare better.</summary>
    public bool IsRefusedStatement { get; init; }
}
