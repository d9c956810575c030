using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

public sealed class SqliteAccountListTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly SqliteDatabase database;
    private readonly SqliteDirectory source;

    public SqliteAccountListTests()
    {
        database = SqliteDatabase.OpenOrCreate(FilePath);
        source = new SqliteDirectory(database, TimeProvider.System);
    }

    private string FilePath => directory.File("policydaemon.db");

    public void Dispose()
    {
        database.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Every_account_is_listed_once_the_disabled_too_over_many_pages()
    {
        List<SeedAccount> many = [.. Enumerable.Range(0, 1100).Select(number => new SeedAccount($"user{number}", $"user{number}@{DirectorySeed.Ours}"))];
        SqliteSeed.Load(FilePath, DirectorySeed.Standard.With(many));

        var listed = await ListAsync();

        Assert.All(listed, answer => Assert.True(answer.IsFound));
        Assert.Equal(
            DirectorySeed.Standard.Accounts.Concat(many).Select(account => account.MainAddress).Order(StringComparer.Ordinal),
            listed.Select(answer => answer.Value!.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Empty_directory_is_an_empty_list() => Assert.Empty(await ListAsync());

    [Fact]
    public async Task Quota_is_told_in_octets()
    {
        SqliteSeed.Load(FilePath, DirectorySeed.Standard);
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            connection.Execute("UPDATE virtual_users SET quota_mb = 3000 WHERE email = @MainAddress", DirectorySeed.Alice);
            connection.Execute("UPDATE virtual_users SET quota_mb = 0 WHERE email = @MainAddress", DirectorySeed.Bob);
        }

        Assert.Equal(3000L * 1024 * 1024, await QuotaOfAsync(DirectorySeed.Alice));
        Assert.Equal(0, await QuotaOfAsync(DirectorySeed.Bob));
    }

    [Fact]
    public async Task File_that_is_away_is_no_empty_list()
    {
        SqliteSeed.Load(FilePath, DirectorySeed.Standard);
        File.Delete(FilePath);
        Assert.True(Assert.Single(await ListAsync()).IsUnavailable);
    }

    private async Task<long?> QuotaOfAsync(SeedAccount account) =>
        (await source.FindAccountAsync(account.MainAddress, TestContext.Current.CancellationToken)).Value?.QuotaOctets;

    private async Task<IReadOnlyList<Lookup<Account>>> ListAsync()
    {
        var listed = new List<Lookup<Account>>();
        await foreach (var answer in source.ListAccountsAsync(TestContext.Current.CancellationToken)) listed.Add(answer);
        return listed;
    }
}
