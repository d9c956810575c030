using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>Who is in the tables of a real PostgreSQL, page by page.</summary>
public sealed class PostgresAccountListTests(SeededPostgres postgres) : IClassFixture<SeededPostgres>
{
    private static readonly AddressNormalizer Normalizer = new("+");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1000)]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Every_account_is_listed_once_whatever_the_size_of_a_page(int page)
    {
        PostgresDatabase database = await postgres.LoadAsync(DirectorySeed.Standard);
        await using PostgresSource source = new(PostgresSetup.OptionsOf(database), TimeProvider.System);

        IReadOnlyList<string> listed = await ListAsync(source, $"SELECT email AS login FROM virtual_users WHERE email > '%s' ORDER BY email LIMIT {page}");

        Assert.Equal(DirectorySeed.Standard.Accounts.Select(account => account.MainAddress).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Default_query_lists_and_quota_is_told_in_octets()
    {
        PostgresDatabase database = await postgres.LoadAsync(DirectorySeed.Standard);
        await database.ExecuteAsync($"UPDATE virtual_users SET quota_mb = CASE email WHEN '{DirectorySeed.Alice.MainAddress}' THEN 3000 WHEN '{DirectorySeed.Bob.MainAddress}' THEN 0 END");
        await using PostgresSource source = new(PostgresSetup.OptionsOf(database), TimeProvider.System);
        await using PostgresDirectory directory = new(source, new(), Normalizer);

        Assert.Equal(DirectorySeed.Standard.Accounts.Count, (await ListAsync(source, DirectoryQueries.Default.Users!.Text)).Count);
        Assert.Equal(3000L << 20, await QuotaOfAsync(DirectorySeed.Alice));
        Assert.Equal(0, await QuotaOfAsync(DirectorySeed.Bob));
        Assert.Null(await QuotaOfAsync(DirectorySeed.Carol));

        async Task<long?> QuotaOfAsync(SeedAccount account) => (await directory.FindAccountAsync(account.MainAddress, Token)).Value!.QuotaOctets;
    }

    [Theory]
    [InlineData("SELECT email AS login FROM virtual_users WHERE '%s' = '%s' ORDER BY email", "the same logins again")]
    [InlineData("SELECT email AS login FROM no_such_table WHERE email > '%s'", "no_such_table")]
    [InlineData("SELECT '' AS login FROM virtual_users WHERE email > '%s'", "login is empty")]
    public async Task Query_that_is_wrong_makes_no_whole_list(string query, string cause)
    {
        PostgresDatabase database = await postgres.LoadAsync(DirectorySeed.Standard);
        await using PostgresSource source = new(PostgresSetup.OptionsOf(database), TimeProvider.System);

        Assert.Contains(cause, (await ListAsync(source, query))[^1], StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> ListAsync(PostgresSource source, string query)
    {
        List<string> listed = [];
        await foreach (Lookup<Account> account in new PostgresAccountList(source, LookupQuery.Parse(query), Normalizer).ListAccountsAsync(Token))
            listed.Add(account.Value?.Name ?? $"unavailable: {account.Cause}");
        return listed;
    }
}
