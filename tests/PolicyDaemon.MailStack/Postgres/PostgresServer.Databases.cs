using Npgsql;

namespace PolicyDaemon.MailStack.Postgres;

/// <summary>Databases, roles and statements of the superuser.</summary>
public sealed partial class PostgresServer
{
    private readonly Dictionary<string, Task<PostgresDatabase>> templates = new(StringComparer.Ordinal);
    private int databases;

    /// <summary>An empty database with a name of its own.</summary>
    public Task<PostgresDatabase> CreateDatabaseAsync() => CreateDatabaseAsync("template1");

    /// <summary>A copy of a database that <paramref name="fill"/> fills once for this server: a few milliseconds instead of all its statements.</summary>
    /// <param name="template">Tells templates apart.</param>
    public async Task<PostgresDatabase> CreateDatabaseAsync(string template, Func<PostgresDatabase, Task> fill)
    {
        Task<PostgresDatabase>? filled;
        lock (templates)
        {
            if (!templates.TryGetValue(template, out filled))
                templates[template] = filled = FillAsync(fill);
        }

        return await CreateDatabaseAsync((await filled).Name);
    }

    /// <summary>A role that may log in by this password, over TCP and over the socket; it has no rights yet. Roles belong to all databases.</summary>
    public Task CreateRoleAsync(string name, string password, string attributes = "") =>
        ExecuteAsync($"CREATE ROLE {name} LOGIN PASSWORD '{password}' {attributes}");

    /// <summary>Runs statements as superuser.</summary>
    public async Task ExecuteAsync(string statements, string database = "postgres")
    {
        await using NpgsqlConnection connection = await OpenAsync(database);
        await using NpgsqlCommand command = new(statements, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row, asked as superuser; the default of the type when there is no row.</summary>
    public async Task<T?> QueryAsync<T>(string query, string database = "postgres")
    {
        await using NpgsqlConnection connection = await OpenAsync(database);
        await using NpgsqlCommand command = new(query, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>What the superuser connects with, over the socket; without pool, so that nothing holds on to a database or a dead server.</summary>
    public string SuperuserConnectionString(string database = "postgres") =>
        $"Host={SocketDirectory};Port={Endpoint.Port};Username=postgres;Database={database};Pooling=false;Timeout=5;Ssl Mode=Disable;Gss Encryption Mode=Disable";

    private async Task<PostgresDatabase> CreateDatabaseAsync(string template)
    {
        string name = $"t{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        return new(this, name);
    }

    private async Task<PostgresDatabase> FillAsync(Func<PostgresDatabase, Task> fill)
    {
        PostgresDatabase database = await CreateDatabaseAsync("template1");
        await fill(database);
        return database;
    }

    private async Task<NpgsqlConnection> OpenAsync(string database)
    {
        NpgsqlConnection connection = new(SuperuserConnectionString(database));
        await connection.OpenAsync();
        return connection;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await QueryAsync<int>("SELECT 1") == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
