using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The queries of docs/postgresql-schemas.md on the tables of the programs that they are for.</summary>
public sealed class ForeignSchemaTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const string Alice = "alice@truenorth.example";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Alice, Alice, false)]
    [InlineData("alice+shop@truenorth.example", Alice, false)]
    [InlineData("a.liddell@truenorth.example", Alice, false)]
    [InlineData("alice@north.example", Alice, false)]
    [InlineData("a.liddell+x@north.example", Alice, false)]
    [InlineData("nobody@truenorth.example", Alice, false)]
    [InlineData("nobody@north.example", Alice, false)]
    [InlineData("bob@truenorth.example", "alice@truenorth.example bob@truenorth.example", false)]
    [InlineData("staff@truenorth.example", "alice@truenorth.example bob@truenorth.example", true)]
    [InlineData("staff@north.example", "alice@truenorth.example bob@truenorth.example", true)]
    [InlineData("old@truenorth.example", Alice, false)]
    [InlineData("nobody@elsewhere.example", "", false)]
    public async Task PostfixAdmin_mail_reaches_whom_it_reaches_there(string address, string receivers, bool leadsElsewhere)
    {
        await using KeepingDirectory node = await StartAsync("PostfixAdmin", ForeignSchemas.PostfixAdmin, ForeignSchemas.PostfixAdminPeople);
        await AssertRouteAsync(node, address, receivers, leadsElsewhere);
    }

    [Theory]
    [InlineData(Alice, Alice, false)]
    [InlineData("a.liddell@truenorth.example", Alice, false)]
    [InlineData("alice@north.example", Alice, false)]
    [InlineData("nobody@truenorth.example", Alice, false)]
    [InlineData("nobody@north.example", Alice, false)]
    [InlineData("staff@truenorth.example", Alice, true)]
    [InlineData("all@truenorth.example", Alice, false)]
    [InlineData("news@truenorth.example", "", true)]
    [InlineData("ivy@closed.example", "ivy@closed.example", false)]
    [InlineData("nobody@elsewhere.example", "", false)]
    public async Task IRedMail_mail_reaches_whom_it_reaches_there(string address, string receivers, bool leadsElsewhere)
    {
        await using KeepingDirectory node = await StartAsync("iRedMail", ForeignSchemas.IRedMail, ForeignSchemas.IRedMailPeople);
        await AssertRouteAsync(node, address, receivers, leadsElsewhere);
    }

    /// <summary>Both write what crypt(3) makes, PostfixAdmin without a scheme.</summary>
    [Theory]
    [InlineData("PostfixAdmin", "$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.")]
    [InlineData("iRedMail", "{SSHA512}fIgqTVXEoK7RZbIcWDcI+/poNbvEwI0y+Qg9YyI/SsvXVtZnm3F2W8tv5YUteA0HJ/NFa3AvYLiYfpA9W0OsgQnq1lM=")]
    public async Task Passwords_are_those_that_are_there(string program, string stored)
    {
        bool isPostfixAdmin = program == "PostfixAdmin";
        PostgresDatabase database = await FillAsync(
            program, isPostfixAdmin ? ForeignSchemas.PostfixAdmin : ForeignSchemas.IRedMail, isPostfixAdmin ? ForeignSchemas.PostfixAdminPeople : ForeignSchemas.IRedMailPeople);
        await database.ExecuteAsync($"UPDATE mailbox SET password = '{stored}' WHERE username = '{Alice}'");
        await using PostgresSource source = new(PostgresSetup.OptionsOf(database), TimeProvider.System);
        using HashWorkers workers = new(1, 10);
        PostgresPassdb passdb = new(source, DocumentedSchema.Read(program).Queries.Password!, workers);

        using Password right = new("test1234"u8);
        using Password wrong = new("wrong"u8);
        Assert.Equal(PasswordVerdict.Right, (await passdb.VerifyAsync(new([Alice], right), Token)).Verdict);
        Assert.Equal(PasswordVerdict.Wrong, (await passdb.VerifyAsync(new([Alice], wrong), Token)).Verdict);
    }

    /// <summary>PostfixAdmin counts a quota in octets, iRedMail in mebibytes; 0 is no limit in both.</summary>
    [Theory]
    [InlineData("PostfixAdmin", 5L << 20)]
    [InlineData("iRedMail", 5L)]
    public async Task Accounts_are_listed_and_have_their_quota(string program, long stored)
    {
        bool isPostfixAdmin = program == "PostfixAdmin";
        PostgresDatabase database = await FillAsync(
            program, isPostfixAdmin ? ForeignSchemas.PostfixAdmin : ForeignSchemas.IRedMail, isPostfixAdmin ? ForeignSchemas.PostfixAdminPeople : ForeignSchemas.IRedMailPeople);
        await database.ExecuteAsync($"UPDATE mailbox SET quota = CASE WHEN username = '{Alice}' THEN {stored} ELSE 0 END");
        DirectoryQueries queries = DocumentedSchema.Read(program).Queries;
        await using PostgresSource source = new(PostgresSetup.OptionsOf(database), TimeProvider.System);
        await using PostgresDirectory directory = new(source, new() { Queries = queries }, new AddressNormalizer("+"));

        List<string> listed = [];
        await foreach (Lookup<Account> account in new PostgresAccountList(source, queries.Users!, new AddressNormalizer("+")).ListAccountsAsync(Token)) listed.Add(account.Value!.Name);
        Assert.Contains(Alice, listed);
        Assert.True(listed.Count > 1);
        Assert.Equal(listed.Distinct(StringComparer.Ordinal), listed);

        foreach (string login in listed)
            Assert.Equal(login == Alice ? 5 << 20 : 0, (await directory.FindAccountAsync(login, Token)).Value!.QuotaOctets);
    }

    [Fact]
    public async Task PostfixAdmin_domains_and_switches_count()
    {
        await using KeepingDirectory node = await StartAsync("PostfixAdmin", ForeignSchemas.PostfixAdmin, ForeignSchemas.PostfixAdminPeople);
        await AssertSwitchesAsync(node, northIsInTable: true);
        Assert.True((await node.AskDomainAsync("all")).IsNotFound);
        Assert.Empty((await node.AskAddressAsync(Alice)).Value!.Destinations);
    }

    [Fact]
    public async Task IRedMail_domains_switches_and_access_policies_count()
    {
        await using KeepingDirectory node = await StartAsync("iRedMail", ForeignSchemas.IRedMail, ForeignSchemas.IRedMailPeople);
        await AssertSwitchesAsync(node, northIsInTable: true);
        Assert.Equal(SendAllowed.False, (await node.AskAsync("carol@truenorth.example")).Value!.States[0].SendAllowed);
        Assert.Equal(SendAllowed.Absent, (await node.AskAsync(Alice)).Value!.States[0].SendAllowed);
        Assert.Equal(["@truenorth.example"], (await node.AskAddressAsync("all@truenorth.example")).Value!.AllowedSenders.Select(sender => sender.Text));
        Assert.Equal(
            [Alice, "carl@elsewhere.example"], (await node.AskAddressAsync("staff@truenorth.example")).Value!.AllowedSenders.Select(sender => sender.Text).Order(StringComparer.Ordinal));
        Assert.Empty((await node.AskAddressAsync(Alice)).Value!.AllowedSenders);
    }

    [Theory]
    [InlineData("PostfixAdmin", "UPDATE mailbox SET active = false WHERE username = 'alice@truenorth.example'")]
    [InlineData("PostfixAdmin", "UPDATE domain SET active = false WHERE domain = 'truenorth.example'")]
    [InlineData("iRedMail", "UPDATE mailbox SET active = 0 WHERE username = 'alice@truenorth.example'")]
    [InlineData("iRedMail", "UPDATE domain SET active = 0 WHERE domain = 'truenorth.example'")]
    public async Task Change_is_in_force_at_once(string program, string statement)
    {
        bool isPostfixAdmin = program == "PostfixAdmin";
        PostgresDatabase database = await FillAsync(
            program, isPostfixAdmin ? ForeignSchemas.PostfixAdmin : ForeignSchemas.IRedMail, isPostfixAdmin ? ForeignSchemas.PostfixAdminPeople : ForeignSchemas.IRedMailPeople);
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(
            PostgresSetup.OptionsOf(database), new() { Queries = DocumentedSchema.Read(program).Queries, CacheFor = TimeSpan.FromHours(1) });
        Assert.True((await node.AskAsync(Alice)).Value!.States[0].IsEnabled);

        await database.ExecuteAsync(statement);

        TimeSpan taken = await node.WaitAsync(async () => !(await node.AskAsync(Alice)).Value!.States[0].IsEnabled);
        Assert.InRange(taken, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private async Task<KeepingDirectory> StartAsync(string program, string tables, string people)
    {
        PostgresDatabase database = await FillAsync(program, tables, people);
        KeepingDirectory node = await KeepingDirectory.StartAsync(PostgresSetup.OptionsOf(database), new() { Queries = DocumentedSchema.Read(program).Queries });
        Assert.Equal([], await node.Directory.CheckAsync(Token));
        await AssertLimitOfDomainAsync(database, node);
        return node;
    }

    private static async Task AssertLimitOfDomainAsync(PostgresDatabase database, KeepingDirectory node)
    {
        await database.ExecuteAsync("INSERT INTO policydaemon.limit_overrides VALUES ('@truenorth.example', 'hour', 7)");
        await node.WaitAsync(async () => (await node.AskDomainAsync("truenorth.example")).Value is { } ours && ours.Limits.GetValueOrDefault("hour") == 7);
        await database.ExecuteAsync("DELETE FROM policydaemon.limit_overrides");
        await node.WaitAsync(async () => (await node.AskDomainAsync("truenorth.example")).Value is { Limits.Count: 0 });
    }

    private Task<PostgresDatabase> FillAsync(string program, string tables, string people) => postgres.Server.CreateDatabaseAsync(program, async database =>
    {
        await PostgresSetup.CreateRoleAsync(database.Server);
        await database.ExecuteAsync(tables);
        await PostgresSetup.ApplyAsync(database);
        await database.ExecuteAsync(people);
        await database.ExecuteAsync(DocumentedSchema.Read(program).Statements);
    });

    private static async Task AssertSwitchesAsync(KeepingDirectory node, bool northIsInTable)
    {
        Assert.Equal(new DomainEntry("truenorth.example", true), (await node.AskDomainAsync("truenorth.example")).Value);
        Assert.Equal(new DomainEntry("closed.example", false), (await node.AskDomainAsync("closed.example")).Value);
        Assert.Equal(northIsInTable, (await node.AskDomainAsync("north.example")).IsFound);
        Assert.True((await node.AskDomainAsync("elsewhere.example")).IsNotFound);
        Assert.True((await node.AskAsync(Alice)).Value!.States[0].IsEnabled);
        Assert.False((await node.AskAsync("bob@truenorth.example")).Value!.States[0].IsEnabled);
        Assert.False((await node.AskAsync("ivy@closed.example")).Value!.States[0].IsEnabled);
        Assert.True((await node.AskAsync("alice' OR '1'='1")).IsNotFound);
        Assert.True((await node.AskAsync("alice")).IsNotFound);
    }

    private static async Task AssertRouteAsync(KeepingDirectory node, string address, string receivers, bool leadsElsewhere)
    {
        AddressBook book = new(node.Directory, new PolicySnapshot
        {
            Normalizer = KeepingDirectory.Normalizer,
            Domains = new HashSet<string>(StringComparer.Ordinal),
            Accounts = new AccountRules { Statuses = new Dictionary<string, Rights>() },
            Checks = new Dictionary<CheckName, CheckSettings>(),
        });
        Assert.True(KeepingDirectory.Normalizer.TryParse(address, out var parsed));
        Lookup<RecipientRoute> route = await book.FindRouteAsync(parsed, Token);
        Assert.False(route.IsUnavailable, route.Cause);
        IEnumerable<string> reached = route.Value?.Accounts.Select(account => account.Name) ?? [];
        Assert.Equal(receivers, string.Join(" ", reached.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
        Assert.Equal(leadsElsewhere, route.Value?.LeadsElsewhere ?? false);
    }
}
