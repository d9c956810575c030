using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>Forward migrations. Later versions must go on opening what version 1 has written.</summary>
public sealed class SqliteSchemaTests : IDisposable
{
    private static readonly string VersionOne = File.ReadAllText(Path.Combine(Checkout.Directory, "tests/corpus/sqlite/version-1.sql"));

    private readonly TemporaryDirectory directory = new();

    private string FilePath => directory.File("policydaemon.db");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task File_of_version_1_opens_with_all_that_is_in_it()
    {
        Execute(VersionOne);
        using var database = SqliteDatabase.Open(FilePath);
        Assert.Equal(SqliteSchema.Current.Version, Query<long>("PRAGMA user_version"));
        var token = TestContext.Current.CancellationToken;
        var account = (await new SqliteDirectory(database, TimeProvider.System).FindAccountAsync("alice@truenorth.example", token)).Value!;
        Assert.Equal("disabled", account.States[0].Status);
        Assert.Equal(500, account.Limits["login-hour"]);
        Assert.Equal("sales@truenorth.example", account.SendAs[0].Text);
        using var blocks = new SqliteBlocks(database, TimeProvider.System);
        Assert.Equal("spam", (await blocks.ReadAsync(token)).Value!.Blocks.Single().Reason);
    }

    [Fact]
    public void Steps_that_are_missing_run_once_each_in_order()
    {
        Open("CREATE TABLE a (n); INSERT INTO a VALUES (1)").Dispose();
        Open("not run again", "INSERT INTO a VALUES (2)", "INSERT INTO a VALUES (3)").Dispose();
        Open("not run again", "nor this", "nor this").Dispose();
        Assert.Equal("1,2,3", Query<string>("SELECT group_concat(n) FROM a"));
        Assert.Equal(3, Query<long>("PRAGMA user_version"));
    }

    [Fact]
    public void Step_that_fails_leaves_the_file_as_it_was()
    {
        Open("CREATE TABLE a (n)").Dispose();
        Assert.Throws<SqliteFileException>(() => Open("", "INSERT INTO a VALUES (2)", "INSERT INTO missing VALUES (3)"));
        Assert.Equal(0, Query<long>("SELECT count(*) FROM a"));
        Assert.Equal(1, Query<long>("PRAGMA user_version"));
        Open("", "INSERT INTO a VALUES (2)").Dispose();
        Assert.Equal(1, Query<long>("SELECT count(*) FROM a"));
    }

    [Fact]
    public void Processes_that_start_at_once_set_the_file_up_once()
    {
        Parallel.For(0, 8, _ => SqliteDatabase.OpenOrCreate(FilePath).Dispose());
        Assert.Equal(SqliteSchema.Current.Version, Query<long>("PRAGMA user_version"));
        Assert.Equal(SqliteSchema.ApplicationId, Query<long>("PRAGMA application_id"));
    }

    private SqliteDatabase Open(params string[] steps) => SqliteDatabase.OpenOrCreate(FilePath, new SqliteSchema(steps));

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }

    private T? Query<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return connection.ExecuteScalar<T>(sql);
    }
}
