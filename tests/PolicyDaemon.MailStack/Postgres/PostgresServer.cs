using System.Net;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Postgres;

/// <summary>A private PostgreSQL: a unix socket on which root is the superuser, and TCP for roles with passwords.</summary>
public sealed partial class PostgresServer : IAsyncDisposable
{
    /// <summary>May replicate, over TCP and without password.</summary>
    internal const string Replicator = "replicator";

    private readonly MailStackRoot root;
    private readonly PostgresServerOptions options;
    private readonly PostgresPrograms programs;
    private readonly string data;
    private ManagedProcess? process;

    private PostgresServer(MailStackRoot root, PostgresServerOptions options)
    {
        this.root = root;
        this.options = options;
        programs = new(options.System);
        Endpoint = new(root.Address, root.FreePort());
        root.MakeDirectory(options.Name, 0b111_101_101, programs.User, programs.Group);
        data = root.PathOf(options.Name, "data");
        SocketDirectory = root.MakeDirectory($"{options.Name}/s", 0b111_101_101, programs.User, programs.Group);
    }

    public string Name => options.Name;

    public IPEndPoint Endpoint { get; }

    /// <summary>What <c>Host=</c> of a connection string names for the unix socket; the port is that of <see cref="Endpoint"/>.</summary>
    public string SocketDirectory { get; }

    /// <summary>Of the postmaster; all other processes are its children.</summary>
    public int ProcessId => process!.Id;

    /// <summary>The server's log; <c>log_statement = 'all'</c> in <see cref="PostgresServerOptions.Settings"/> shows every statement.</summary>
    public LogFile Log => process!.Output;

    /// <summary>Starts an empty server; it takes questions when the call returns.</summary>
    public static async Task<PostgresServer> StartAsync(MailStackRoot root, PostgresServerOptions? options = null)
    {
        PostgresServer server = new(root, options ?? new());
        await server.programs.MakeClusterAsync(server.data);
        server.Configure();
        await server.StartAsync();
        await server.ExecuteAsync($"CREATE ROLE {Replicator} LOGIN REPLICATION");
        return server;
    }

    /// <summary>Starts again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, with the same data on the same port.</summary>
    public async Task StartAsync()
    {
        process = root.Start(
            options.Name, programs.Command("postgres", "-D", data), Signal.Interrupt, disposeSignal: Signal.Quit);
        await process.WaitUntilReadyAsync(AnswersAsync);
    }

    /// <summary>Ends all connections and the server, in order (fast shutdown).</summary>
    public Task StopAsync() => process!.StopAsync();

    /// <summary>Ends all connections, then starts again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>SIGKILL for all processes: a crash. Committed is what was acknowledged.</summary>
    public Task KillAsync() => process!.KillAsync();

    /// <summary>From now on connections are accepted (by the kernel) and nothing is answered, on old ones neither: a hung server.</summary>
    public void Pause() => process!.Freeze();

    public void Resume() => process!.Thaw();

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? default;

    private void Configure()
    {
        (string Name, string Text)[] files =
        [
            ("postgresql.conf", PostgresConfiguration.Write(Endpoint, SocketDirectory, options.HasTls ? $"ssl = on\n{options.Settings}" : options.Settings)),
            ("pg_hba.conf", PostgresConfiguration.HostBasedAuthentication),
            ("pg_ident.conf", PostgresConfiguration.IdentityMap),
        ];
        foreach ((string name, string text) in files)
            Write(name, text);
        if (!options.HasTls)
            return;

        // A key that others own it does not take.
        Write("server.crt", File.ReadAllText(root.Certificates.ServerFile));
        Write("server.key", File.ReadAllText(root.Certificates.ServerKeyFile));
    }

    private void Write(string name, string text)
    {
        root.WriteFile($"{options.Name}/data/{name}", text, 0b110_000_000, programs.User, programs.Group);
    }
}
