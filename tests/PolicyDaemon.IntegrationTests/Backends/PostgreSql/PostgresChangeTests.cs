using System.Globalization;
using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>A change of the tables is in force at once, although answers are kept.</summary>
public sealed class PostgresChangeTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const string Alice = "alice@truenorth.example";
    private const string Bob = "bob@truenorth.example";
    private const string Staff = "staff@truenorth.example";

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("UPDATE virtual_users SET enabled = false WHERE email = 'alice@truenorth.example'", Alice)]
    [InlineData("UPDATE virtual_users SET enabled = NULL", Alice)]
    [InlineData("UPDATE virtual_domains SET enabled = false", Alice)]
    [InlineData("UPDATE virtual_users SET email = 'alice.new@truenorth.example' WHERE email = 'alice@truenorth.example'", Alice)]
    [InlineData("UPDATE virtual_users SET email = 'zoe@truenorth.example' WHERE email = 'alice@truenorth.example'", "zoe@truenorth.example")]
    [InlineData("DELETE FROM virtual_users WHERE email LIKE 'alice%'", Alice)]
    [InlineData("TRUNCATE virtual_users", Alice)]
    [InlineData("INSERT INTO virtual_users (domain_id, email, password) VALUES (1, 'zoe@truenorth.example', '')", "zoe@truenorth.example")]
    [InlineData("INSERT INTO virtual_users (domain_id, email, password) SELECT 1, 'zoe' || n || '@truenorth.example', '' FROM generate_series(1, 500) AS n", "zoe77@truenorth.example")]
    [InlineData("INSERT INTO policydaemon.account_states VALUES ('alice@truenorth.example', false)", Alice)]
    [InlineData("INSERT INTO policydaemon.limit_overrides VALUES ('@truenorth.example', 'hour', 7)", "truenorth.example")]
    [InlineData("INSERT INTO policydaemon.sender_rights VALUES ('alice@truenorth.example', '@partner.example')", Alice)]
    [InlineData("INSERT INTO policydaemon.limit_overrides VALUES ('alice@truenorth.example', 'hour', 7)", Alice)]
    [InlineData("INSERT INTO policydaemon.recipient_rules VALUES ('staff@truenorth.example', '@truenorth.example')", Staff)]
    [InlineData("INSERT INTO virtual_aliases (domain_id, source, destination) VALUES (1, 'staff@truenorth.example', 'bob@truenorth.example')", Staff)]
    [InlineData("UPDATE virtual_aliases SET destination = 'bob@truenorth.example'", Staff)]
    [InlineData("DELETE FROM virtual_aliases", Staff)]
    [InlineData("UPDATE virtual_domains SET enabled = false", "office@elsewhere.example")]
    [InlineData("INSERT INTO virtual_domains (name) VALUES ('new.example')", "new.example")]
    [InlineData("UPDATE virtual_domains SET name = 'renamed.example'", "truenorth.example")]
    public async Task Change_of_any_table_is_in_force_at_once(string statement, string key)
    {
        PostgresDatabase database = await FillAsync();
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(PostgresSetup.OptionsOf(database));
        string before = await DescribeAsync(node, key);
        Assert.Equal(before, await DescribeAsync(node, key));

        await database.ExecuteAsync(statement);
        TimeSpan taken = await node.WaitAsync(async () => await DescribeAsync(node, key) != before);

        TestContext.Current.TestOutputHelper?.WriteLine($"{taken.TotalMilliseconds:0.00} ms");
        Assert.InRange(taken, TimeSpan.Zero, AtOnce);
        Assert.True(node.Directory.CacheState.IsKeeping);
    }

    [Fact]
    public async Task Answers_are_kept_and_not_asked_again_until_their_time_is_over()
    {
        PostgresDatabase database = await FillAsync();
        PostgresDirectoryOptions options = new() { CacheFor = TimeSpan.FromSeconds(2) };
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(PostgresSetup.OptionsOf(database), options);
        string before = await DescribeAsync(node, Alice);

        // Nothing tells of this change.
        await database.ExecuteAsync("ALTER TABLE virtual_users DISABLE TRIGGER policydaemon_update");
        await database.ExecuteAsync("UPDATE virtual_users SET enabled = false");
        await database.ExecuteAsync("ALTER TABLE virtual_users ENABLE ALWAYS TRIGGER policydaemon_update");
        Assert.Equal(before, await DescribeAsync(node, Alice));

        TimeSpan taken = await node.WaitAsync(async () => await DescribeAsync(node, Alice) != before);
        Assert.InRange(taken, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Role_that_manages_mailboxes_needs_no_right_of_ours_for_its_changes_to_be_heard_of()
    {
        PostgresDatabase database = await FillAsync();
        await postgres.Server.CreateRoleAsync("panel", "panel-pw");
        await database.ExecuteAsync("GRANT ALL ON ALL TABLES IN SCHEMA public TO panel");
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(PostgresSetup.OptionsOf(database));
        string before = await DescribeAsync(node, Alice);

        await using NpgsqlDataSource panel = NpgsqlDataSource.Create($"{database.ConnectionStringOf("panel")};Password=panel-pw");
        await using (NpgsqlCommand change = panel.CreateCommand("UPDATE virtual_users SET enabled = false"))
            await change.ExecuteNonQueryAsync(Token);

        Assert.InRange(await node.WaitAsync(async () => await DescribeAsync(node, Alice) != before), TimeSpan.Zero, AtOnce);
    }

    [Fact]
    public async Task Values_never_go_back_whatever_is_asked_while_they_change()
    {
        PostgresDatabase database = await FillAsync();
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(PostgresSetup.OptionsOf(database));
        await database.ExecuteAsync("INSERT INTO policydaemon.limit_overrides VALUES ('alice@truenorth.example', 'version', 0)");
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<int>[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => ReadAsync(node, end.Token), Token))];

        List<double> delays = [];
        await using NpgsqlDataSource writer = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        await using NpgsqlConnection connection = await writer.OpenConnectionAsync(Token);
        for (int version = 1; version <= 300; version++)
        {
            await using NpgsqlCommand change = new($"UPDATE policydaemon.limit_overrides SET amount = {version}", connection);
            await change.ExecuteNonQueryAsync(Token);
            delays.Add((await node.WaitAsync(async () => (await node.AskAsync(Alice)).Value!.Limits["version"] == version)).TotalMilliseconds);
        }

        await end.CancelAsync();
        int questions = (await Task.WhenAll(readers)).Sum();
        delays.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{questions} questions; in force after p50 {delays[150]:0.00} ms, p99 {delays[297]:0.00} ms, at most {delays[^1]:0.00} ms"));
        Assert.InRange(delays[^1], 0, AtOnce.TotalMilliseconds);
    }

    [Fact]
    public async Task Nothing_is_kept_while_changes_are_not_heard_of_and_a_change_is_in_force_at_once()
    {
        PostgresDatabase database = await FillAsync();
        await using NetworkLink line = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        PostgresOptions access = PostgresSetup.OptionsOf(database) with { ListenConnectionString = PostgresSetup.OptionsOf(database, line.Endpoint).ConnectionString };
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(access);
        string before = await DescribeAsync(node, Alice);

        await line.CutAsync();
        await database.ExecuteAsync("UPDATE virtual_users SET enabled = false");
        TimeSpan cut = await node.WaitAsync(async () => await DescribeAsync(node, Alice) != before);
        await database.ExecuteAsync("UPDATE virtual_users SET enabled = true");
        Assert.Equal(before, await DescribeAsync(node, Alice));
        Assert.Equal(0, node.Directory.CachedAnswers);

        await line.HealAsync();
        await node.WaitUntilKeepingAsync();
        Assert.Equal(before, await DescribeAsync(node, Alice));
        Assert.True(node.Directory.CachedAnswers > 0);

        line.Freeze();
        await database.ExecuteAsync("UPDATE virtual_users SET enabled = false");
        TimeSpan silent = await node.WaitAsync(async () => await DescribeAsync(node, Alice) != before);
        TestContext.Current.TestOutputHelper?.WriteLine($"cut: {cut.TotalMilliseconds:0.00} ms, silent: {silent.TotalSeconds:0.00} s");
        Assert.InRange(cut, TimeSpan.Zero, AtOnce);
        Assert.InRange(silent, TimeSpan.Zero, PostgresListener.ProbeInterval + TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Change_made_through_a_pooler_is_in_force_at_once_for_a_node_that_asks_through_it()
    {
        PostgresDatabase database = await FillAsync();
        PgBouncer pooler = await PostgresSetup.StartPoolerAsync(postgres.Root, postgres.Server);
        PostgresOptions pooled = PostgresSetup.OptionsOf(database, pooler.Endpoint) with { IsPooled = true };
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(
            pooled with { ListenConnectionString = PostgresSetup.OptionsOf(database).ConnectionString });
        string before = await DescribeAsync(node, Alice);
        await database.ExecuteAsync("GRANT UPDATE ON virtual_users TO policydaemon");

        await using NpgsqlDataSource writer = NpgsqlDataSource.Create(pooled.ConnectionString + ";No Reset On Close=true");
        await using (NpgsqlCommand change = writer.CreateCommand("UPDATE virtual_users SET enabled = false"))
            await change.ExecuteNonQueryAsync(Token);
        TimeSpan taken = await node.WaitAsync(async () => await DescribeAsync(node, Alice) != before);
        Assert.InRange(taken, TimeSpan.Zero, AtOnce);
        Assert.True(node.Directory.CachedAnswers > 0);

        // Without a way past the pooler LISTEN is accepted and nothing ever arrives: that is found out.
        await using KeepingDirectory deaf = KeepingDirectory.Start(pooled);
        await deaf.WaitAsync(() => Task.FromResult(deaf.Directory.CacheState.Cause?.Contains("do not arrive", StringComparison.Ordinal) == true));
        await DescribeAsync(deaf, Alice);
        Assert.Equal(0, deaf.Directory.CachedAnswers);
    }

    [Fact]
    public async Task Answers_from_a_table_whose_changes_are_not_announced_are_not_kept()
    {
        PostgresDatabase database = await FillAsync();
        await database.ExecuteAsync("DROP TRIGGER policydaemon_update ON virtual_aliases");
        await using KeepingDirectory node = KeepingDirectory.Start(PostgresSetup.OptionsOf(database));
        await node.WaitAsync(() => Task.FromResult(node.Directory.CacheState.IsKeeping));

        Assert.Contains("public.virtual_aliases", node.Directory.CacheState.Cause, StringComparison.Ordinal);
        await node.AskAddressAsync(Staff);
        Assert.Equal(0, node.Directory.CachedAnswers);
        await node.AskAsync(Alice);
        Assert.Equal(1, node.Directory.CachedAnswers);
    }

    private async Task<PostgresDatabase> FillAsync()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        await MailboxSeed.LoadAsync(database, new DirectorySeed(
            [new("truenorth.example")], [new("alice", Alice), new("bob", Bob)], [new(Staff, Alice), new("office@elsewhere.example", Alice)]));
        return database;
    }

    private static async Task<int> ReadAsync(KeepingDirectory node, CancellationToken end)
    {
        long highest = 0;
        int questions = 0;
        for (; !end.IsCancellationRequested; questions++)
        {
            Lookup<AddressEntry> answer = await node.AskAddressAsync(Alice);
            Assert.True(answer.IsFound, answer.Cause);
            long version = answer.Value.Accounts[0].Limits["version"];
            Assert.True(version >= highest, $"{version} after {highest}");
            highest = version;
            await Task.Yield();
        }

        return questions;
    }

    /// <summary>Everything that is known of a login, an address or a domain.</summary>
    private static async Task<string> DescribeAsync(KeepingDirectory node, string key)
    {
        Lookup<DomainEntry> domain = await node.AskDomainAsync(key);
        if (!key.Contains('@', StringComparison.Ordinal)) return $"{domain.Answer} {domain.Value} {string.Join(",", domain.Value?.Limits ?? new Dictionary<string, long>())}";
        Lookup<Account> account = await node.AskAsync(key);
        Lookup<AddressEntry> address = await node.AskAddressAsync(key);
        return $"{account.Answer} {Describe(account.Value)}; {address.Answer} {string.Join(",", address.Value?.Accounts.Select(Describe) ?? [])} "
            + $"{string.Join(",", address.Value?.Destinations ?? [])} {string.Join(",", address.Value?.AllowedSenders ?? [])}";
    }

    private static string Describe(Account? account) => account is null
        ? ""
        : $"{account.Name} {account.States[0]} {string.Join(",", account.SendAs)} {string.Join(",", account.Limits)}";
}
