using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Slapd;
using PolicyDaemon.MailStack.Smtp;

namespace PolicyDaemon.IntegrationTests.Support.Secrecy;

/// <summary>One daemon with passwords in slapd, PostgreSQL, SQLite and a passwd-file, and every way to log in to it.</summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
internal sealed class SecretMailSystem
{
    /// <summary>Fails on one row, and says what it holds.</summary>
    private const string TrippingQuery = """
        SELECT CASE WHEN email LIKE 'trip@%%' THEN (substr(password, 8)::int)::text ELSE password END AS password FROM virtual_users WHERE email = '%s'
        """;

    private readonly MailStackRoot root;
    private readonly DovecotMailSystem direct;
    private readonly PostfixServer postfix;

    private SecretMailSystem(MailStackRoot root, PostfixServer postfix, PostgresServer server, PostgresDatabase database, DovecotMailSystem direct, HttpLogin http) =>
        (this.root, this.postfix, Postgres, Database, this.direct, Http) = (root, postfix, server, database, direct, http);

    public HttpLogin Http { get; }

    public PostgresServer Postgres { get; }

    public PostgresDatabase Database { get; }

    public SlapdServer Slapd => direct.Slapd;

    public DaemonProcess Daemon => direct.Daemon;

    public UnixDomainSocketEndPoint Sasl => new(root.PathOf("login", "login.sock"));

    public UnixDomainSocketEndPoint Userdb => new(root.PathOf("policydaemon", "userdb.sock"));

    public UnixDomainSocketEndPoint Policy => new(root.PathOf("policydaemon", "policy.sock"));

    /// <summary>The passwd-file: empty at first.</summary>
    public string PasswdFile => root.PathOf("users");

    public string SqliteFile => root.PathOf("policydaemon", "policydaemon.db");

    /// <summary>All that the daemon has on disk but its sockets and the files that are made to hold a secret of its own.</summary>
    public IEnumerable<string> StateFiles => Directory.EnumerateFiles(root.PathOf("policydaemon"), "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".sock", StringComparison.Ordinal));

    /// <summary>What it wrote, and what the servers around it wrote of what it told them.</summary>
    public IEnumerable<string> Logs => [Daemon.Log.Path, postfix.Log.Path, direct.Dovecot.Log.Path];

    /// <summary>The ways to log in: each says whether it succeeded.</summary>
    public IReadOnlyList<(string Name, Func<string, string, Task<bool>> LogInAsync)> Routes =>
    [
        ("smtp plain", async (login, password) => (await OverSmtpAsync(dialog => dialog.AuthenticateAsync(login, password))).Code == 235),
        ("smtp login", async (login, password) => (await OverSmtpAsync(dialog => LogInByStepsAsync(dialog, login, password))).Code == 235),
        .. MailLogins.Protocols.Select<string, (string, Func<string, string, Task<bool>>)>(protocol =>
            (protocol, async (login, password) => MailLogins.IsIn(await MailLogins.LogInAsync(protocol, direct.Dovecot.EndpointOf(protocol), login, password)))),
        ("http", async (login, password) => (await Http.LogInAsync(login, password)).StartsWith("result=ok", StringComparison.Ordinal)),
        ("raw imap", async (login, password) => (await RawLogin.LogInAsync(Sasl, login, password)).StartsWith("OK", StringComparison.Ordinal)),
        ("raw smtp", async (login, password) => (await RawLogin.LogInAsync(Sasl, login, password, "smtp")).StartsWith("OK", StringComparison.Ordinal)),
    ];

    public static async Task<SecretMailSystem> StartAsync(MailStackRoot root)
    {
        PostgresServer server = await PostgresServer.StartAsync(root);
        PostgresDatabase database = await server.CreateMigratedAsync();
        PostfixServer submission = await PostfixServer.StartAsync(root, new()
        {
            MainCf = [File.ReadAllText(Checkout.PathOf("postfix-snippets", "3.7", "sasl.main.cf"))],
            MasterCf = ["smtp inet n - y - - smtpd", "submission inet n - y - - smtpd\n  -o smtpd_tls_auth_only=no\n  -o smtpd_sasl_auth_enable=yes"],
        });
        submission.MakeSocketDirectory("policydaemon");
        HttpLogin http = new(new(root.Address, root.FreePort()), "S3cret-0f-Lua-And-Us");
        DovecotMailSystem system = await DovecotMailSystem.StartAsync(root, "2.3", configuration =>
        {
            configuration["listen"]!["sasl"]!.AsArray().Add($"unix:{Path.Combine(submission.QueueDirectory, "policydaemon", "sasl.sock")}");
            configuration["listen"]!["authHttp"] = new JsonArray($"inet:{http.Server}");
            configuration["listen"]!["authHttpSecretFile"] = root.WriteFile("auth-http.secret", http.Secret, 0b110_000_000);
            JsonObject section = PostgresSetup.SectionOf(root, database);
            section["queries"] = new JsonObject { ["password"] = TrippingQuery.Trim() };
            configuration["directory"]!["postgres"] = section;
            configuration["directory"]!["files"] = new JsonObject { ["passwd"] = new JsonArray(root.WriteFile("users", "", 0b110_000_000)) };
            configuration["directory"]!.AsObject().Remove("identity");
            configuration["store"] = "postgres";
            configuration["cluster"] = new JsonObject { ["nodes"] = 1 };
            configuration["guard"] = new JsonObject { ["distinctPasswords"] = 2 };
        });
        return new(root, submission, server, database, system, http);
    }

    /// <summary>When the daemon has stopped: starts it with another configuration.</summary>
    public async Task StartAsync(Action<JsonObject> configure)
    {
        JsonObject configuration = JsonNode.Parse(await File.ReadAllTextAsync(Daemon.ConfigurationFile))!.AsObject();
        configure(configuration);
        await Daemon.StartAsync(configuration.ToJsonString());
    }

    /// <summary>Every row of the daemon's own tables.</summary>
    public async Task<string> DumpStoreAsync()
    {
        string tables = (await Database.QueryAsync<string>("SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'policydaemon'"))!;
        List<string> rows = [];
        foreach (string table in tables.Split(' '))
            rows.Add((await Database.QueryAsync<string>($"SELECT '{table}: ' || coalesce(string_agg(row::text, ' '), '') FROM policydaemon.{table} AS row"))!);
        return string.Join('\n', rows);
    }

    private async Task<SmtpServerReply> OverSmtpAsync(Func<SmtpDialog, Task<SmtpServerReply>> logInAsync)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));
        return await logInAsync(dialog);
    }

    private static async Task<SmtpServerReply> LogInByStepsAsync(SmtpDialog dialog, string login, string password)
    {
        await dialog.SendAsync("AUTH LOGIN");
        await dialog.SendAsync(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(login)));
        return await dialog.SendAsync(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(password)));
    }
}
