using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The passdb contract on a real PostgreSQL. The server goes away by the line to it.</summary>
public class PostgresPassdbContractTests(SeededPostgres postgres) : PassdbContract, IClassFixture<SeededPostgres>
{
    private readonly HashWorkers workers = new(2, 100);
    private PostgresDatabase? database;
    private NetworkLink? link;
    private PostgresSource? source;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (source is not null) await source.DisposeAsync();
        if (link is not null) await link.DisposeAsync();
        workers.Dispose();
    }

    protected override async ValueTask<IPassdb> StartAsync(DirectorySeed seed)
    {
        database = await postgres.LoadAsync(seed);
        link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        source = new PostgresSource(PostgresSetup.OptionsOf(database, link.Endpoint), TimeProvider.System);
        return new PostgresPassdb(source, DirectoryQueries.Default.Password!, workers);
    }

    protected override async ValueTask StopAsync() => await link!.CutAsync();

    protected override ValueTask HangAsync()
    {
        link!.Freeze();
        return default;
    }

    protected override async ValueTask ResumeAsync() => await link!.HealAsync();

    protected override async ValueTask SetPasswordAsync(SeedAccount account, string stored) =>
        await database!.ExecuteAsync($"UPDATE virtual_users SET password = '{stored}' WHERE email = '{account.MainAddress}'");

    [Theory]
    [InlineData("SELECT password FROM no_such_table WHERE email = '%s'", "no_such_table")]
    [InlineData("SELECT email FROM virtual_users WHERE email = '%s'", "no column password")]
    [InlineData("SELECT password::int AS password FROM virtual_users WHERE email = '%s'", "the query fails on what it finds (22P02)")]
    [InlineData("SELECT u.password FROM virtual_users u, virtual_users v WHERE u.email = '%s'", "several rows")]
    public async Task Query_that_is_wrong_says_nothing_about_any_password(string query, string cause)
    {
        using Password password = new("test1234"u8);
        PostgresPassdb wrong = new(source!, LookupQuery.Parse(query), workers);
        PasswordAnswer answer = await wrong.VerifyAsync(new([PassdbSeed.Alice.MainAddress], password), TestContext.Current.CancellationToken);

        Assert.Equal(PasswordVerdict.Unavailable, answer.Verdict);
        Assert.Contains(cause, answer.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("SSHA", answer.Cause, StringComparison.Ordinal);
    }
}

/// <summary>The same on PostgreSQL 17.</summary>
public sealed class PostgresPassdbContractOnTrixieTests(SeededPostgresOfTrixie postgres)
    : PostgresPassdbContractTests(postgres), IClassFixture<SeededPostgresOfTrixie>;
