using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Dovecot;

/// <summary>A private Dovecot 2.3 of this machine that does nothing but check passwords, in its own auth process: what the daemon is compared with.</summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
public sealed class DovecotAuth
{
    private readonly ManagedProcess process;

    private DovecotAuth(ManagedProcess process, string socket) => (this.process, Endpoint) = (process, new UnixDomainSocketEndPoint(socket));

    /// <summary>Its auth client protocol.</summary>
    public EndPoint Endpoint { get; }

    /// <summary>Of the master, whose child the auth process is.</summary>
    public int ProcessId => process.Id;

    /// <param name="name">A single word: directory below the root and name of the process.</param>
    /// <param name="passdb">The inside of a passdb section: a driver and its args.</param>
    /// <param name="cacheBytes">Of auth_cache_size; 0: nothing is remembered.</param>
    public static async Task<DovecotAuth> StartAsync(MailStackRoot root, string name, string passdb, int cacheBytes = 0)
    {
        string directory = root.MakeDirectory(name);
        root.MakeDirectory($"{name}/base");
        root.MakeDirectory($"{name}/state");
        string socket = Path.Combine(directory, "auth");
        string configuration = root.WriteFile($"{name}/dovecot.conf", Write(directory, socket, passdb, cacheBytes));
        DovecotAuth server = new(root.Start(name, ["/usr/sbin/dovecot", "-F", "-c", configuration]), socket);
        await server.process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(server.Endpoint), () => new LogFile(Path.Combine(directory, "dovecot.log")).Tail());
        return server;
    }

    private static string Write(string directory, string socket, string passdb, int cacheBytes) => string.Create(CultureInfo.InvariantCulture, $$"""
        base_dir = {{directory}}/base
        state_dir = {{directory}}/state
        instance_name = {{Path.GetFileName(directory)}}
        log_path = {{directory}}/dovecot.log
        protocols =
        ssl = no
        default_internal_user = dovecot
        default_login_user = dovenull
        disable_plaintext_auth = no
        auth_mechanisms = plain login
        auth_failure_delay = 0
        auth_cache_size = {{cacheBytes}}
        stats_writer_socket_path =
        passdb {
          {{passdb}}
        }
        userdb {
          driver = static
          args = uid=5000 gid=5000 home=/nonexistent
        }
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        service auth {
          client_limit = 4000
          unix_listener {{socket}} {
            mode = 0666
          }
        }

        """);
}
