using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Daemons that share one PostgreSQL, their store and their directory. People: alice and bob of truenorth.local.</summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
internal sealed class StoreCluster
{
    public const string Alice = "alice@truenorth.local";
    public const string Bob = "bob@truenorth.local";

    private const string People = """
        INSERT INTO virtual_domains (name) VALUES ('truenorth.local');
        INSERT INTO virtual_users (domain_id, email, password) VALUES (1, 'alice@truenorth.local', '{PLAIN}x'), (1, 'bob@truenorth.local', '{PLAIN}x');
        """;

    private readonly MailStackRoot root;
    private readonly Action<JsonObject> configure;
    private readonly List<DaemonProcess> nodes = [];

    private StoreCluster(MailStackRoot root, PostgresServer primary, PostgresDatabase database, PostgresServer? replica, Action<JsonObject> configure) =>
        (this.root, Primary, Database, Replica, this.configure) = (root, primary, database, replica, configure);

    public PostgresServer Primary { get; }

    public PostgresServer? Replica { get; }

    public PostgresDatabase Database { get; }

    public IReadOnlyList<DaemonProcess> Nodes => nodes;

    /// <summary>The database and its people; nodes are to be added.</summary>
    /// <param name="configure">Changes each daemon's configuration before it is written.</param>
    /// <param name="server">Settings of both servers.</param>
    public static async Task<StoreCluster> PrepareAsync(MailStackRoot root, bool hasReplica = false, Action<JsonObject>? configure = null, string server = "")
    {
        PostgresServer primary = await PostgresServer.StartAsync(root, new() { Settings = server });
        PostgresDatabase database = await primary.CreateMigratedAsync();
        await database.ExecuteAsync(People);
        PostgresServer? replica = hasReplica ? await primary.StartReplicaAsync(settings: server) : null;
        return new(root, primary, database, replica, configure ?? (_ => { }));
    }

    /// <summary>As <see cref="PrepareAsync"/>, with three nodes that hear of each other's blocks when the call returns.</summary>
    public static async Task<StoreCluster> StartAsync(MailStackRoot root, bool hasReplica = false, Action<JsonObject>? configure = null)
    {
        StoreCluster cluster = await PrepareAsync(root, hasReplica, configure);
        await Task.WhenAll(Enumerable.Range(1, 3).Select(number => cluster.AddAsync($"mx{number}")));
        cluster.nodes.Sort((one, other) => string.CompareOrdinal(one.ConfigurationFile, other.ConfigurationFile));
        return cluster;
    }

    /// <param name="servers">What this node takes for the servers; none: those that there are.</param>
    public async Task<DaemonProcess> AddAsync(string name, params IPEndPoint[] servers)
    {
        DaemonProcess node = await DaemonProcess.StartAsync(root, ConfigurationOf(name, servers).ToJsonString(), new() { Name = name });
        await node.Log.WaitForAsync("store_heard");
        lock (nodes) nodes.Add(node);
        return node;
    }

    public UnixDomainSocketEndPoint EndpointOf(string name) => new(root.PathOf(name, "policy.sock"));

    public IReadOnlyList<UnixDomainSocketEndPoint> Endpoints => [.. Enumerable.Range(1, nodes.Count).Select(number => EndpointOf($"mx{number}"))];

    public JsonObject ConfigurationOf(string name, params IPEndPoint[] servers)
    {
        string connection = servers is [] && Replica is null
            ? Database.ConnectionStringOf(PostgresSetup.Role)
            : WithHosts(servers is [] ? [Primary.Endpoint, Replica!.Endpoint] : servers);
        JsonObject configuration = new()
        {
            ["node"] = name,
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{root.PathOf(name, "policy.sock")}"),
                ["admin"] = $"unix:{root.PathOf(name, "admin.sock")}",
            },
            ["store"] = "postgres",
            ["cluster"] = new JsonObject { ["nodes"] = 3 },
            ["directory"] = new JsonObject
            {
                ["postgres"] = new JsonObject
                {
                    ["connectionString"] = connection,
                    ["passwordFile"] = root.WriteFile("postgres.password", PostgresSetup.Password + "\n", 0b110_000_000),
                },
            },
            ["limits"] = new JsonArray(new JsonObject
            {
                ["name"] = "login-hour", ["key"] = "login", ["unit"] = "recipients", ["limit"] = 200, ["per"] = "1h",
            }),
        };
        configure(configuration);
        return configuration;
    }

    private string WithHosts(IPEndPoint[] servers) => new Npgsql.NpgsqlConnectionStringBuilder(Database.ConnectionStringOf(PostgresSetup.Role))
    {
        Host = string.Join(',', (object[])servers),
    }.ConnectionString;
}
