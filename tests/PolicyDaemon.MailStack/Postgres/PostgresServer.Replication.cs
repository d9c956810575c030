using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Postgres;

/// <summary>Replicas by streaming, and what a failover is made of.</summary>
public sealed partial class PostgresServer
{
    /// <summary>Starts a replica with all databases of this server, on the same kind of system; it follows asynchronously.</summary>
    /// <param name="settings">Lines at the end of the replica's postgresql.conf.</param>
    public async Task<PostgresServer> StartReplicaAsync(string name = "replica", string settings = "")
    {
        PostgresServer replica = new(root, options with { Name = name, Settings = settings });
        string primary = $"host={Endpoint.Address} port={Endpoint.Port} user={Replicator} application_name={name}";
        (await programs.RunAsync("pg_basebackup", "-w", "-N", "-d", primary, "-D", replica.data, "-R", "-X", "stream", "--checkpoint=fast")).EnsureSuccess();
        replica.Configure();
        await replica.StartAsync();
        return replica;
    }

    /// <summary>From now on a commit is acknowledged when one of these replicas has it too; with none, commits are asynchronous again.</summary>
    public async Task SetSynchronousAsync(params string[] replicas)
    {
        await ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{string.Join(',', replicas)}'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        if (replicas.Length > 0)
        {
            await Wait.UntilAsync(
                () => QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')"),
                "a replica is synchronous", details: () => Log.Tail());
        }
    }

    /// <summary>Waits until a replica shows everything that was committed here so far.</summary>
    public async Task WaitUntilReplicatedAsync(PostgresServer replica)
    {
        string position = await QueryAsync<string>("SELECT pg_current_wal_lsn()::text") ?? "";
        await Wait.UntilAsync(
            () => replica.QueryAsync<bool>($"SELECT pg_last_wal_replay_lsn() >= '{position}'"), $"{replica.Name} is at {position}", details: () => replica.Log.Tail());
    }

    /// <summary>Makes a replica a primary; it takes writes when the call returns. What becomes of the old primary is the caller's affair.</summary>
    public async Task PromoteAsync()
    {
        if (!await QueryAsync<bool>("SELECT pg_promote()"))
            throw new InvalidOperationException($"{Name} was not promoted in time\n{Log.Tail()}");
    }
}
