using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>Postfix → the daemon → Dovecot, of one Debian, by the shipped snippets; both connections over links that can be cut.</summary>
/// <remarks>Postfix tries again after some seconds, and no mail is flushed to disk: processes are killed here, not the machine. The daemon flushes its journal.</remarks>
internal sealed class KilledMailSystem
{
    private const string ShortTimes = """
        queue_run_delay = 1s
        minimal_backoff_time = 3s
        maximal_backoff_time = 5s
        # Many at once, also after a kill.
        lmtp_initial_destination_concurrency = 20
        lmtp_destination_concurrency_failed_cohort_limit = 50
        """;

    private readonly MailStackRoot root;

    private KilledMailSystem(MailStackRoot root, NetworkLink front, NetworkLink back, PostfixServer postfix, DovecotMailSystem mailboxes) =>
        (this.root, Front, Back, Postfix, Daemon, Dovecot) = (root, front, back, postfix, mailboxes.Daemon, mailboxes.Dovecot);

    /// <summary>From Postfix to the daemon.</summary>
    public NetworkLink Front { get; }

    /// <summary>From the daemon to Dovecot.</summary>
    public NetworkLink Back { get; }

    public PostfixServer Postfix { get; }

    public DaemonProcess Daemon { get; }

    public SnippetDovecot Dovecot { get; }

    /// <summary>The database that the daemon's ledger ends in.</summary>
    public string Store => StoreOf(root);

    /// <summary>Where the daemon's ledger begins.</summary>
    public string Journal => root.PathOf("policydaemon", "deliveries");

    /// <param name="debian">12: Postfix 3.7 and Dovecot 2.3; 13: Postfix 3.10 and Dovecot 2.4.</param>
    public static async Task<KilledMailSystem> StartAsync(MailStackRoot root, int debian)
    {
        (string postfixVersion, string dovecotVersion) = debian == 12 ? ("3.7", "2.3") : ("3.10", "2.4");
        IPEndPoint daemon = new(root.Address, root.FreePort());
        IPEndPoint store = new(root.Address, root.FreePort());
        NetworkLink front = NetworkLink.Start(root, daemon);
        NetworkLink back = NetworkLink.Start(root, store);
        PostfixServer postfix = await PostfixServer.StartAsync(root, new()
        {
            System = debian == 12 ? DebianSystem.Host : await DebianSystem.GetTrixieAsync(),
            MainCf =
            [
                File.ReadAllText(Checkout.PathOf("postfix-snippets", postfixVersion, "lmtp.main.cf")),
                $"virtual_transport = lmtp:inet:[{front.Endpoint.Address}]:{front.Endpoint.Port}\nenable_long_queue_ids = yes\n{ShortTimes}",
            ],
            MasterCf = ["lmtp unix - - y - - lmtp"],
            Recipients = [$"@{Domain}"],
        });
        DovecotMailSystem mailboxes = await DovecotMailSystem.StartAsync(
            root, dovecotVersion, configuration => Configure(configuration, root, daemon, back.Endpoint), more: DovecotConfiguration(dovecotVersion, store));
        return new(root, front, back, postfix, mailboxes);
    }

    /// <summary>The files of a mailbox; nobody reads here.</summary>
    public IEnumerable<string> FindMessages(string login) =>
        ((string[])["new", "cur"]).Select(folder => root.PathOf("mail", Domain, login, "Maildir", folder)).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles);

    /// <summary>
    /// For a Dovecot that was killed as a whole. It would find out that the owners of its dotlocks are gone, but not where they are zombies that nobody has reaped yet, as
    /// in a container without an init: then it waits for two minutes.
    /// </summary>
    public void RemoveLocks()
    {
        foreach (string file in Directory.EnumerateFiles(root.PathOf("mail"), "*lock", SearchOption.AllDirectories)) File.Delete(file);
    }

    /// <summary>Nothing is left in Postfix's queue.</summary>
    public bool IsQueueEmpty() => !EnumerateQueue().Any();

    /// <summary>At least so many messages are in Postfix's queue.</summary>
    public bool IsQueueLonger(int messages) => EnumerateQueue().Skip(messages - 1).Any();

    private IEnumerable<string> EnumerateQueue() =>
        ((string[])["maildrop", "incoming", "active", "deferred"]).SelectMany(queue => Directory.EnumerateFiles(Path.Combine(Postfix.QueueDirectory, queue), "*", SearchOption.AllDirectories));

    private static void Configure(JsonObject configuration, MailStackRoot root, IPEndPoint daemon, IPEndPoint store)
    {
        string accounts = root.WriteFile(
            "accounts", string.Concat(SentMessage.Takers.Append(SentMessage.Full).Select(login => $"{AddressOf(login)}:{{PLAIN}}x::::::{(login == SentMessage.Full ? "userdb_quota_storage_size=100" : "")}\n")));
        configuration["listen"]!["lmtp"] = new JsonArray($"inet:{daemon}");
        configuration["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"inet:{store}") };
        configuration["store"] = $"sqlite:{StoreOf(root)}";
        configuration["directory"] = new JsonObject { ["domains"] = new JsonArray(Domain), ["files"] = new JsonObject { ["passwd"] = new JsonArray(accounts) } };
        configuration["checks"] = new JsonObject { ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" } };
        configuration["userdb"]!.AsObject().Remove("quota");
        configuration["log"] = new JsonObject { ["level"] = "information" };
    }

    private static string DovecotConfiguration(string version, IPEndPoint store) =>
        Snippet.Read(Checkout.PathOf("dovecot-snippets", version, "lmtp.conf"), ("group = policydaemon", "group = postfix")) + $$"""

        mail_fsync = never
        service lmtp {
          inet_listener lmtp {
            port = {{store.Port}}
          }
        }

        """;

    private static string StoreOf(MailStackRoot root) => root.PathOf("policydaemon", "store.db");
}
