namespace PolicyDaemon.MailStack.Postgres;

/// <summary>One database of a private PostgreSQL.</summary>
public sealed record PostgresDatabase(PostgresServer Server, string Name)
{
    /// <summary>For the superuser, over the socket.</summary>
    public string SuperuserConnectionString => Server.SuperuserConnectionString(Name);

    /// <summary>For a role, over TCP, without its password.</summary>
    public string ConnectionStringOf(string role) =>
        $"Host={Server.Endpoint.Address};Port={Server.Endpoint.Port};Username={role};Database={Name}";

    /// <inheritdoc cref="PostgresServer.ExecuteAsync"/>
    public Task ExecuteAsync(string statements) => Server.ExecuteAsync(statements, Name);

    /// <inheritdoc cref="PostgresServer.QueryAsync"/>
    public Task<T?> QueryAsync<T>(string query) => Server.QueryAsync<T>(query, Name);
}
