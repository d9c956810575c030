using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Blocks;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>The file itself: how it is made, which files are refused, what a damaged one does.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private string FilePath => directory.File("policydaemon.db");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    [Fact]
    public void New_file_and_what_belongs_to_it_can_be_read_by_the_owner_only()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        using var reader = database.Readers.Rent();
        var files = Directory.GetFiles(directory.Path);
        Assert.Contains(FilePath + "-wal", files);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Missing_directory_is_refused_and_not_made()
    {
        var path = directory.File("missing/policydaemon.db");
        var exception = Assert.Throws<SqliteFileException>(() => SqliteDatabase.OpenOrCreate(path));
        Assert.Equal($"cannot create {path}: its directory does not exist", exception.Message);
        Assert.False(Directory.Exists(directory.File("missing")));
    }

    [Fact]
    public void Missing_file_is_not_made_by_opening()
    {
        var exception = Assert.Throws<SqliteFileException>(() => SqliteDatabase.Open(FilePath));
        Assert.Equal($"{FilePath} cannot be opened: missing, or no permission", exception.Message);
        Assert.Empty(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void File_that_is_no_database_is_refused_and_left_alone()
    {
        var text = string.Concat(Enumerable.Repeat("root:x:0:0:root:/root:/bin/bash\n", 100));
        File.WriteAllText(FilePath, text);
        var exception = Assert.Throws<SqliteFileException>(() => SqliteDatabase.OpenOrCreate(FilePath));
        Assert.Equal($"{FilePath} is not an SQLite database", exception.Message);
        Assert.Equal(text, File.ReadAllText(FilePath));
    }

    [Fact]
    public void Database_of_another_program_is_refused_and_left_alone()
    {
        Execute("CREATE TABLE theirs (a)");
        var before = File.ReadAllBytes(FilePath);
        var exception = Assert.Throws<SqliteFileException>(() => SqliteDatabase.OpenOrCreate(FilePath));
        Assert.Equal($"{FilePath} is a database of another program", exception.Message);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Newer_file_is_refused_by_its_version()
    {
        SqliteDatabase.OpenOrCreate(FilePath).Dispose();
        Execute("PRAGMA user_version = 99");
        var exception = Assert.Throws<SqliteFileException>(() => SqliteDatabase.OpenOrCreate(FilePath));
        Assert.Equal($"{FilePath} was written by a newer policydaemon (schema version 99, this one knows {SqliteSchema.Current.Version})", exception.Message);
    }

    [Fact]
    public void Empty_file_left_by_an_interrupted_start_is_set_up()
    {
        File.WriteAllBytes(FilePath, []);
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        using var reader = database.Readers.Rent();
        Assert.NotNull(reader.Reader);
    }

    [Fact]
    public async Task File_replaced_by_a_newer_one_is_unavailable()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        var source = new SqliteDirectory(database, TimeProvider.System);
        Assert.True((await source.FindDomainAsync("truenorth.example", Token)).IsNotFound);
        File.Delete(FilePath);
        SqliteDatabase.OpenOrCreate(directory.File("other.db")).Dispose();
        File.Move(directory.File("other.db"), FilePath);
        Execute("PRAGMA user_version = 99");
        var answer = await source.FindDomainAsync("truenorth.example", Token);
        Assert.True(answer.IsUnavailable);
        Assert.Contains("newer", answer.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_file_is_unavailable_where_it_is_damaged_and_never_not_found()
    {
        using (var made = SqliteDatabase.OpenOrCreate(FilePath))
        {
            SqliteSeed.Load(FilePath, new DirectorySeed(
                [new("truenorth.example")],
                [.. Enumerable.Range(0, 2000).Select(i => new SeedAccount($"user{i}", $"user{i}@truenorth.example"))],
                []));
        }

        // The header and the list of tables stay; every other page is noise.
        var kept = ReadPagesOfSchema();
        var bytes = File.ReadAllBytes(FilePath);
        for (var page = 1; page * 4096 < bytes.Length; page++)
        {
            if (!kept.Contains(page + 1)) new Random(page).NextBytes(bytes.AsSpan(page * 4096, 4096));
        }

        File.WriteAllBytes(FilePath, bytes);

        using var database = SqliteDatabase.Open(FilePath);
        var source = new SqliteDirectory(database, TimeProvider.System);
        foreach (var login in new[] { "user7@truenorth.example", "nobody@truenorth.example" })
        {
            var answer = await source.FindAccountAsync(login, Token);
            Assert.True(answer.IsUnavailable);
            Assert.Equal($"{FilePath} is damaged", answer.Cause);
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => new DomainTable(database).AddAsync("new.example", isEnabled: true, Token));
    }

    private HashSet<long> ReadPagesOfSchema()
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return [.. connection.Query<long>("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")];
    }

    [Fact]
    public async Task Full_disk_refuses_the_change_and_keeps_the_file_whole()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => database.WriteAsync(
            connection =>
            {
                // As many pages as there are: the next one is one too many, as on a full disk.
                connection.Execute("PRAGMA max_page_count = 1");
                return connection.Execute(
                    """
                    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
                    INSERT INTO virtual_domains (name) SELECT printf('d%0250d', n) FROM numbers
                    """);
            },
            Token));
        Assert.Equal($"{FilePath} cannot be written: the disk is full", exception.Message);
        Assert.Empty(await new DomainTable(database).ListAsync(Token));
        Assert.True((await new DomainTable(database).AddAsync("truenorth.example", isEnabled: true, Token)).IsDone);
    }

    [Fact]
    public async Task Change_that_waits_too_long_for_another_writer_is_refused_while_readers_go_on()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        database.WriterWait = TimeSpan.FromMilliseconds(50);
        using var other = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        other.Open();
        other.Execute("BEGIN IMMEDIATE; INSERT INTO virtual_domains (name) VALUES ('theirs.example')");
        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => new DomainTable(database).AddAsync("ours.example", isEnabled: true, Token));
        Assert.Equal($"{FilePath} is locked by another process", exception.Message);
        Assert.True((await new SqliteDirectory(database, TimeProvider.System).FindDomainAsync("theirs.example", Token)).IsNotFound);

        other.Execute("COMMIT");
        Assert.True((await new DomainTable(database).AddAsync("ours.example", isEnabled: true, Token)).IsDone);
        Assert.Equal(["ours.example", "theirs.example"], (await new DomainTable(database).ListAsync(Token)).Select(domain => domain.Name));
    }

    [Fact]
    public async Task Change_that_throws_changes_nothing()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<int>(
            connection =>
            {
                connection.Execute("INSERT INTO virtual_domains (name) VALUES ('truenorth.example')");
                throw new InvalidOperationException();
            },
            Token));
        Assert.Empty(await new DomainTable(database).ListAsync(Token));
    }

    [Fact]
    public async Task Four_writers_on_two_openings_lose_nothing()
    {
        using var first = SqliteDatabase.OpenOrCreate(FilePath);
        using var second = SqliteDatabase.Open(FilePath);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                var domains = new DomainTable(writer % 2 == 0 ? first : second);
                for (var i = 0; i < 25; i++) Assert.True((await domains.AddAsync($"d{writer}-{i}.example", isEnabled: true, Token)).IsDone);
            },
            Token)));
        Assert.Equal(100, (await new DomainTable(first).ListAsync(Token)).Count);
    }

    [Fact]
    public async Task Reader_is_not_kept_waiting_by_a_writer_and_sees_what_was_committed()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        var source = new SqliteDirectory(database, TimeProvider.System);
        var (written, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writing = database.WriteAsync(
            connection =>
            {
                connection.Execute("INSERT INTO virtual_domains (name) VALUES ('truenorth.example')");
                written.SetResult();
                goOn.Task.GetAwaiter().GetResult();
                return 0;
            },
            Token);
        await written.Task;
        Assert.True((await source.FindDomainAsync("truenorth.example", Token)).IsNotFound);
        goOn.SetResult();
        await writing;
        Assert.True((await source.FindDomainAsync("truenorth.example", Token)).IsFound);
    }

    [Fact]
    public async Task Closed_database_is_unavailable()
    {
        var database = SqliteDatabase.OpenOrCreate(FilePath);
        var source = new SqliteDirectory(database, TimeProvider.System);
        database.Dispose();
        var answer = await source.FindDomainAsync("truenorth.example", Token);
        Assert.Equal((true, "the database is closed"), (answer.IsUnavailable, answer.Cause));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }
}
