using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>What is said of queries that do not fit the server, or us.</summary>
public sealed class QueryCheckTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    [Fact]
    public async Task Default_queries_fit_the_default_tables() => Assert.Equal([], await CheckAsync(new DirectoryQueries()));

    [Theory]
    [InlineData("SELECT email AS login, enabled AS sendallowed FROM virtual_users WHERE email = '%s'", "query account: column sendallowed is not one of login, addresses, enabled")]
    [InlineData("SELECT email FROM virtual_users WHERE email = '%s'", "query account: column email is not one of login")]
    [InlineData("SELECT enabled FROM virtual_users WHERE email = '%s'", "query account: there is no column login")]
    [InlineData("SELECT email AS login, email AS login FROM virtual_users WHERE email = '%s'", "query account: column login is there twice")]
    [InlineData("SELECT id AS login FROM virtual_users WHERE email = '%s'", "query account: column login is integer, expected text")]
    [InlineData("SELECT email AS login, now() AS enabled FROM virtual_users WHERE email = '%s'", "query account: column enabled is timestamp with time zone, expected boolean, a whole number or text")]
    [InlineData("SELECT email AS login, ARRAY[1] AS send_as FROM virtual_users WHERE email = '%s'", "query account: column send_as is integer[], expected text or text[]")]
    [InlineData("SELECT email AS login FROM virtual_users", "query account: it asks for nothing: write %s where the key belongs")]
    [InlineData("SELECT email AS login FROM no_such_table WHERE email = '%s'", "query account: relation \"no_such_table\" does not exist (42P01)")]
    [InlineData("SELECT secret AS login FROM hidden WHERE secret = '%s'", "query account: permission denied for table hidden (42501)")]
    [InlineData("SELEC email AS login FROM virtual_users WHERE email = '%s'", "query account: syntax error at or near \"AS\" (42601)")]
    [InlineData("DELETE FROM virtual_users WHERE email = '%s' RETURNING email AS login", "query account: syntax error")]
    [InlineData("WITH gone AS (DELETE FROM virtual_users RETURNING email) SELECT email AS login FROM gone WHERE email = '%s'", "query account: WITH clause containing a data-modifying statement")]
    public async Task Query_that_does_not_fit_is_told_with_its_name(string account, string expected)
    {
        string problem = Assert.Single(await CheckAsync(new DirectoryQueries { Account = LookupQuery.Parse(account) }));
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT name AS domain FROM virtual_domains WHERE name = '%d'", "query domain: a domain has no %d: write %s")]
    [InlineData("SELECT name FROM virtual_domains WHERE name = '%s'", "query domain: column name is not one of domain, enabled, limits, depends_on")]
    public async Task Domain_query_is_checked_too(string domain, string expected) =>
        Assert.Equal([expected], await CheckAsync(new DirectoryQueries { Domain = LookupQuery.Parse(domain) }));

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once() => Assert.Equal(3, (await CheckAsync(new DirectoryQueries
    {
        Alias = LookupQuery.Parse("SELECT %s"), AllowedSenders = LookupQuery.Parse("SELECT 1 AS sender"),
        Password = LookupQuery.Parse("SELECT email AS login FROM virtual_users WHERE email = '%s'"),
    })).Count);

    private async Task<IReadOnlyList<string>> CheckAsync(DirectoryQueries queries)
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync("checked", async empty =>
        {
            await PostgresSetup.MigrateAsync(empty);
            await empty.ExecuteAsync("CREATE TABLE hidden (secret text)");
        });
        await using PostgresSource source = new(PostgresSetup.OptionsOf(database), TimeProvider.System);
        PostgresDirectory directory = new(source, new PostgresDirectoryOptions { Queries = queries }, KeepingDirectory.Normalizer);
        return await directory.CheckAsync(TestContext.Current.CancellationToken);
    }
}
