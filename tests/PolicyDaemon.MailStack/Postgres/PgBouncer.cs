using System.Net;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Postgres;

/// <summary>A private PgBouncer before one PostgreSQL: a client has a server connection for one transaction at a time.</summary>
public sealed class PgBouncer
{
    private readonly MailStackRoot root;
    private readonly string configuration;
    private ManagedProcess? process;

    private PgBouncer(MailStackRoot root, string configuration, IPEndPoint endpoint)
    {
        this.root = root;
        this.configuration = configuration;
        Endpoint = endpoint;
    }

    /// <summary>Takes the place of the server's in a connection string.</summary>
    public IPEndPoint Endpoint { get; }

    public LogFile Log => process!.Output;

    /// <param name="poolSize">Server connections for each pair of database and role.</param>
    /// <param name="passwords">Of the roles that come through here, by their names.</param>
    public static async Task<PgBouncer> StartAsync(
        MailStackRoot root, PostgresServer server, IReadOnlyDictionary<string, string> passwords, int poolSize = 4)
    {
        IPEndPoint endpoint = new(root.Address, root.FreePort());
        SystemAccounts accounts = DebianSystem.Host.Accounts;
        (uint user, uint group) = (accounts.UserId("postgres"), accounts.GroupId("postgres"));
        root.MakeDirectory("pgbouncer", 0b111_101_101, user, group);
        string users = root.WriteFile(
            "pgbouncer/users", string.Concat(passwords.Select(role => $"\"{role.Key}\" \"{role.Value}\"\n")), 0b110_000_000, user, group);
        string file = root.WriteFile("pgbouncer/pgbouncer.ini", Write(endpoint, server.Endpoint, users, poolSize));
        PgBouncer pooler = new(root, file, endpoint);
        await pooler.StartAsync();
        return pooler;
    }

    public async Task StartAsync()
    {
        process = root.Start(
            "pgbouncer", ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--", "/usr/sbin/pgbouncer", configuration]);
        await process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(Endpoint));
    }

    public Task StopAsync() => process!.StopAsync();

    public Task KillAsync() => process!.KillAsync();

    public void Pause() => process!.Freeze();

    public void Resume() => process!.Thaw();

    private static string Write(IPEndPoint endpoint, IPEndPoint server, string users, int poolSize) => $"""
        [databases]
        * = host={server.Address} port={server.Port}
        [pgbouncer]
        listen_addr = {endpoint.Address}
        listen_port = {endpoint.Port}
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = {users}
        pool_mode = transaction
        default_pool_size = {poolSize}
        max_client_conn = 200
        server_login_retry = 1
        log_connections = 1

        """;
}
