using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>The one source of alice, her password and her mailbox, in PostgreSQL or SQLite, with the troubles that it can have.</summary>
internal sealed class TroubledDirectory
{
    public const string Postgres = "postgres";
    public const string Sqlite = "sqlite";

    private readonly MailStackRoot root;
    private readonly PostgresServer? server;
    private readonly JsonObject section;

    private TroubledDirectory(MailStackRoot root, PostgresServer? server, JsonObject section) => (this.root, this.server, this.section) = (root, server, section);

    /// <summary>What happens, and how it ends. A file that the daemon has open no other process can lock against reading.</summary>
    public IEnumerable<(string Name, Func<Task> Begin, Func<Task> End)> Troubles => server is null
        ? [("gone", () => Run(() => System.IO.File.Move(File, File + ".aside")), () => Run(() => System.IO.File.Move(File + ".aside", File)))]
        :
        [
            ("hung", () => Run(server.Pause), () => Run(server.Resume)),
            ("stopped", server.StopAsync, server.StartAsync),
        ];

    private string File => root.PathOf("policydaemon", "policydaemon.db");

    /// <param name="source">One of the two above.</param>
    public static async Task<TroubledDirectory> StartAsync(MailStackRoot root, string source)
    {
        if (source == Sqlite)
            return new(root, null, new JsonObject { ["sqlite"] = new JsonObject { ["path"] = root.PathOf("policydaemon", "policydaemon.db") } });
        PostgresServer postgres = await PostgresServer.StartAsync(root);
        PostgresDatabase database = await postgres.CreateMigratedAsync();
        await database.ExecuteAsync(
            $"""
            INSERT INTO virtual_domains (name) VALUES ('{Domain}');
            INSERT INTO virtual_users (domain_id, email, password) SELECT id, '{AddressOf("alice")}', '{PasswordOf("alice")}' FROM virtual_domains
            """.Replace($"'{PasswordOf("alice")}'", $"'{{PLAIN}}{PasswordOf("alice")}'", StringComparison.Ordinal));
        return new(root, postgres, new JsonObject { ["postgres"] = PostgresSetup.SectionOf(root, database) });
    }

    /// <summary>Makes it the directory of a daemon, whose store is another file.</summary>
    public void Configure(JsonObject configuration)
    {
        configuration["store"] = $"sqlite:{root.PathOf("policydaemon", "store.db")}";
        configuration["directory"] = section;
    }

    /// <summary>Puts alice there, when the daemon has made the file.</summary>
    public async Task FillAsync(DaemonProcess daemon)
    {
        if (server is not null) return;
        (await daemon.RunAsync(["domain", "add", Domain])).EnsureSuccess();
        (await daemon.RunAsync(["account", "add", AddressOf("alice")], PasswordOf("alice") + "\n")).EnsureSuccess();
    }

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
