using System.Net;

namespace PolicyDaemon.MailStack.Postgres;

/// <summary>The three configuration files of a private PostgreSQL.</summary>
internal static class PostgresConfiguration
{
    /// <summary>The operating system's root is the superuser over the unix socket; everybody else needs a password.</summary>
    internal const string HostBasedAuthentication = $"""
        local all postgres peer map=rig
        local all all scram-sha-256
        host all all 127.0.0.0/8 scram-sha-256
        host replication {PostgresServer.Replicator} 127.0.0.0/8 trust

        """;

    internal const string IdentityMap = """
        rig root postgres
        rig postgres postgres

        """;

    /// <summary>
    /// Without fsync nothing survives a power cut, but a commit survives SIGKILL: what is written is the kernel's. So commits stay synchronous,
    /// and a test of a crash sees what a real server keeps.
    /// </summary>
    internal static string Write(IPEndPoint endpoint, string socketDirectory, string settings) => $"""
        listen_addresses = '{endpoint.Address}'
        port = {endpoint.Port}
        unix_socket_directories = '{socketDirectory}'
        max_connections = 200
        shared_buffers = 16MB
        dynamic_shared_memory_type = mmap
        fsync = off
        full_page_writes = off
        wal_level = replica
        max_wal_senders = 8
        wal_keep_size = 64MB
        hot_standby = on
        timezone = UTC
        log_line_prefix = '%m [%p] %a %u@%d '
        {settings}

        """;
}
