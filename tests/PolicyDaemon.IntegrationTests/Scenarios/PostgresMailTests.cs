using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Mailboxes and passwords in PostgreSQL alone: what its administrator changes, real Postfix answers next.</summary>
public class PostgresMailTests : ScenarioTests
{
    private const string Administrator = "mailadmin";
    private const int Toggles = 20;
    private const string Kept = "answers_kept source=postgres";

    /// <summary>What "at once" means on a machine with other work; a change that were found by asking again would take a minute.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private PostgresServer postgres = null!;
    private PostgresDatabase database = null!;
    private PgBouncer? pooler;
    private NetworkLink listening = null!;

    /// <summary>PostgreSQL 15 of this machine, or 17 of Debian 13.</summary>
    protected virtual Task<DebianSystem> FindSystemAsync() => Task.FromResult(DebianSystem.Host);

    protected override bool ChecksPasswords => true;

    /// <summary>Daemon and administrator come through PgBouncer; LISTEN goes past it.</summary>
    protected virtual bool IsPooled => false;

    protected override async ValueTask PrepareAsync()
    {
        postgres = await PostgresServer.StartAsync(Root, new() { System = await FindSystemAsync() });
        database = await postgres.CreateDatabaseAsync();
        await PostgresSetup.CreateRoleAsync(postgres);
        await postgres.CreateRoleAsync(Administrator, "admin-pw");
        await database.ExecuteAsync($"GRANT CREATE ON DATABASE {database.Name} TO {Administrator}; {PostgresSetup.Mailboxes}");
        foreach (string table in (string[])["virtual_domains", "virtual_users", "virtual_aliases"])
            await database.ExecuteAsync($"ALTER TABLE {table} OWNER TO {Administrator}");
        if (IsPooled)
        {
            pooler = await PgBouncer.StartAsync(
                Root, postgres, new Dictionary<string, string> { [PostgresSetup.Role] = PostgresSetup.Password, [Administrator] = "admin-pw" }, poolSize: 2);
        }

        listening = NetworkLink.Start(Root, postgres.Endpoint);
        await base.PrepareAsync();
        CommandResult migrated = await Daemon.RunAsync(["migrate", "--role", PostgresSetup.Role]);
        Assert.True((migrated.ExitCode, migrated.Error) is (0, ""), migrated.Error);
        await DoAsync($"domain add {Domain}");
        foreach (string login in (string[])["alice", "bob"])
            await DoAsync($"account add {AddressOf(login)}", PasswordOf(login) + "\n");
        await Daemon.Log.WaitForAsync(Kept);
    }

    protected override async ValueTask ReleaseAsync() => await listening.DisposeAsync();

    protected override void Configure(JsonObject configuration)
    {
        configuration["store"] = $"sqlite:{Root.PathOf("policydaemon", "blocks.db")}";
        configuration["directory"] = new JsonObject
        {
            ["postgres"] = new JsonObject
            {
                ["connectionString"] = Through(PostgresSetup.Role),
                ["passwordFile"] = Root.WriteFile("postgres.password", PostgresSetup.Password + "\n", 0b110_000_000),
                ["pooled"] = IsPooled,
                ["listenConnectionString"] = By($"{listening.Endpoint}", PostgresSetup.Role),
                ["adminConnectionString"] = Through(Administrator),
                ["adminPasswordFile"] = Root.WriteFile("admin.password", "admin-pw\n", 0b110_000_000),
            },
        };
    }

    [Fact]
    public async Task What_a_command_changes_an_open_session_is_answered_by()
    {
        await using SmtpDialog alice = await LogInAsync(AddressOf("alice"), "alice");
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "before"));

        await DoAsync($"account set {AddressOf("alice")} --send-allowed false");
        await UntilAsync("554 5.7.1", () => TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        await DoAsync($"account set {AddressOf("alice")} --send-allowed true");
        await UntilAsync("250", () => TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));

        AssertReply("550 5.1.1", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("grace")));
        await DoAsync($"account add {AddressOf("grace")}", "wonderland\n");
        await UntilAsync("250", () => TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("grace")));

        AssertReply("553 5.7.1", await TryRcptAsync(alice, AddressOf("sales"), AddressOf("bob")));
        await DoAsync($"alias add {AddressOf("sales")} {AddressOf("alice")}");
        await UntilAsync("250", () => TryRcptAsync(alice, AddressOf("sales"), AddressOf("bob")));
        await DoAsync($"alias remove {AddressOf("sales")}");
        await UntilAsync("553 5.7.1", () => TryRcptAsync(alice, AddressOf("sales"), AddressOf("bob")));

        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "after"));
        await Dovecot.WaitForMessageAsync("bob", "Subject: after");

        await Postfix.SetAsync("non_smtpd_milters", "{ unix:policydaemon/milter.sock, default_action=tempfail }");
        string[] doctor = ["doctor", "--postfix-config", Postfix.ConfigurationDirectory];
        CommandResult well = await Daemon.RunAsync(doctor);
        Assert.True(well.ExitCode == 0, well.Output + well.Error);
        await database.ExecuteAsync($"GRANT UPDATE ON virtual_users TO {PostgresSetup.Role}");
        CommandResult altered = await Daemon.RunAsync(doctor);
        Assert.Equal(1, altered.ExitCode);
        Assert.Contains("warning   postgres-alterable  directory.postgres\n", altered.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_that_is_changed_is_in_force_at_once_also_while_changes_are_not_heard_of()
    {
        await using SmtpDialog alice = await LogInAsync(AddressOf("alice"), "alice");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database.SuperuserConnectionString.Replace("Pooling=false;", "", StringComparison.Ordinal));
        await using NpgsqlConnection writer = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        await MeasureAsync("heard of", alice, writer);

        long before = Daemon.Log.Length;
        await listening.CutAsync();
        await MeasureAsync("LISTEN cut", alice, writer);
        await Daemon.Log.WaitForAsync("answers_not_kept source=postgres kept=none", before);

        before = Daemon.Log.Length;
        await listening.HealAsync();
        await Daemon.Log.WaitForAsync(Kept, before);
        await MeasureAsync("heard of again", alice, writer);
    }

    private async Task MeasureAsync(string when, SmtpDialog session, NpgsqlConnection writer)
    {
        string alice = AddressOf("alice");
        await MeasureRowAsync(
            $"mailbox, {when}", writer,
            ($"UPDATE virtual_users SET enabled = false WHERE email = '{alice}'", "554 5.7.1"),
            ($"UPDATE virtual_users SET enabled = true WHERE email = '{alice}'", "250"),
            () => TryRcptAsync(session, alice, AddressOf("bob")));
        await MeasureRowAsync(
            $"alias, {when}", writer,
            ($"INSERT INTO virtual_aliases (domain_id, source, destination) SELECT id, '{AddressOf("sales")}', '{alice}' FROM virtual_domains", "250"),
            ($"DELETE FROM virtual_aliases WHERE source = '{AddressOf("sales")}'", "553 5.7.1"),
            () => TryRcptAsync(session, AddressOf("sales"), AddressOf("bob")));
        await MeasurePasswordAsync($"password, {when}", writer);
    }

    private static async Task MeasureRowAsync(
        string what, NpgsqlConnection writer, (string Statement, string Reply) one, (string Statement, string Reply) other, Func<Task<SmtpServerReply>> ask)
    {
        List<double> delays = [];
        for (int i = 0; i < Toggles; i++)
        {
            var (statement, reply) = i % 2 == 0 ? one : other;
            await ChangeAsync(writer, statement);
            delays.Add((await UntilAsync(reply, ask)).TotalMilliseconds);
        }

        Report(what, delays, "three commands of SMTP included");
    }

    /// <summary>A wrong password is answered late on purpose, so it is tried once at the end: the former one, which was right a moment before.</summary>
    private async Task MeasurePasswordAsync(string what, NpgsqlConnection writer)
    {
        List<double> delays = [];
        for (int i = 0; i < Toggles; i++)
        {
            await using SmtpDialog session = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"));
            await ChangeAsync(writer, $"UPDATE virtual_users SET password = '{{PLAIN}}{what} {i}' WHERE email = '{AddressOf("bob")}'");
            long begun = Stopwatch.GetTimestamp();
            AssertReply("235", await session.AuthenticateAsync(AddressOf("bob"), $"{what} {i}"));
            delays.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        Report(what, delays, "AUTH included");
        await using SmtpDialog last = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"));
        AssertReply("535", await last.AuthenticateAsync(AddressOf("bob"), $"{what} {Toggles - 2}"));
    }

    private static async Task ChangeAsync(NpgsqlConnection writer, string statement)
    {
        await using NpgsqlCommand change = new(statement, writer);
        await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static void Report(string what, List<double> delays, string included)
    {
        delays.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what}: first answer by the new row after p50 {delays[delays.Count / 2]:0.0} ms, at most {delays[^1]:0.0} ms, {included}"));
        Assert.InRange(delays[^1], 0, AtOnce.TotalMilliseconds);
    }

    /// <returns>How long it took until the answer was there that was expected.</returns>
    private static async Task<TimeSpan> UntilAsync(string expected, Func<Task<SmtpServerReply>> ask)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            SmtpServerReply reply = await ask();
            TimeSpan taken = Stopwatch.GetElapsedTime(begun);
            if (reply.Text.StartsWith(expected, StringComparison.Ordinal))
                return taken;
            Assert.True(taken < TimeSpan.FromSeconds(10), $"{expected} was expected: {reply.Text}");
        }
    }

    private string Through(string role) => pooler is null ? database.ConnectionStringOf(role) : By($"{pooler.Endpoint}", role);

    private string By(string host, string role) => new NpgsqlConnectionStringBuilder(database.ConnectionStringOf(role)) { Host = host }.ConnectionString;

    private async Task DoAsync(string line, string input = "")
    {
        CommandResult result = await Daemon.RunAsync(line.Split(' '), input);
        Assert.True(result.ExitCode == 0, $"{line}: {result.Output}{result.Error}");
    }
}

/// <summary>As <see cref="PostgresMailTests"/>, through PgBouncer with transaction pooling.</summary>
public sealed class PooledPostgresMailTests : PostgresMailTests
{
    protected override bool IsPooled => true;
}

/// <summary>As <see cref="PostgresMailTests"/>, on PostgreSQL 17.</summary>
public sealed class TrixiePostgresMailTests : PostgresMailTests
{
    protected override Task<DebianSystem> FindSystemAsync() => DebianSystem.GetTrixieAsync();
}
