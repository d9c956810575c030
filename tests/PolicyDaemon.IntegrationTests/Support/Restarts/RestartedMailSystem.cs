using System.Diagnostics;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postfix;

namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>
/// A daemon that Postfix asks about all it can be asked: policy protocol, milter, logins, deliveries, by the shipped snippets. Somebody else holds its sockets, as systemd
/// does. Behind it a mail store that counts.
/// </summary>
/// <remarks>Dispose of the mail store; the rest ends with the root.</remarks>
internal sealed class RestartedMailSystem : IDisposable
{
    public const string Alice = "alice@truenorth.local";
    public const string Bob = "bob@truenorth.local";
    public const string Password = "wonderland";

    /// <summary>Mail goes to so many, since the daemon delivers only a few messages at once to one.</summary>
    public const int Mailboxes = 100;

    private readonly List<Restart> restarts = [];

    private RestartedMailSystem(CountingMailStore store, PostfixServer postfix, DaemonProcess daemon) => (Store, Postfix, Daemon) = (store, postfix, daemon);

    public CountingMailStore Store { get; }

    public PostfixServer Postfix { get; }

    public DaemonProcess Daemon { get; }

    public IReadOnlyList<Restart> Restarts => restarts;

    public static async Task<RestartedMailSystem> StartAsync(MailStackRoot root)
    {
        CountingMailStore store = new(root.PathOf("store.sock"));
        PostfixServer postfix = await PostfixServer.StartAsync(root, new()
        {
            MainCf = [Read("main.cf"), Read("sasl.main.cf"), Read("milter.main.cf"), Read("lmtp.main.cf")],
            MasterCf =
            [
                $"submission inet n - y - - smtpd\n  -o smtpd_tls_auth_only=no\n{Read("submission.master.cf")}{Read("milter.submission.master.cf")}",
                "lmtp unix - - y - - lmtp",
            ],
            Recipients = [Alice, Bob],
        });
        string directory = postfix.MakeSocketDirectory("policydaemon");
        DaemonProcess daemon = await DaemonProcess.StartAsync(root, Configuration(root, directory).ToJsonString(), new() { IsSocketActivated = true });
        return new(store, postfix, daemon);
    }

    public static string MailboxOf(int number) => $"box{number % Mailboxes}@truenorth.local";

    /// <summary>Where the daemon takes connections of a protocol.</summary>
    public string SocketOf(string protocol) => PathOfSocket(Path.Combine(Postfix.QueueDirectory, "policydaemon"), protocol);

    /// <summary>What <c>systemctl restart</c> does: SIGTERM, wait for the end, start with the same sockets.</summary>
    public async Task RestartAsync()
    {
        long stopping = Stopwatch.GetTimestamp();
        await Daemon.StopAsync();
        if (Daemon.ExitCode != 0) throw new InvalidOperationException($"the daemon ended with {Daemon.ExitCode}");
        long gone = Stopwatch.GetTimestamp();
        await Daemon.StartAsync();

        // The sockets accept all the time; it is there when it answers.
        using SmtpdPeer smtpd = new(SocketOf("policy"), SocketOf("sasl"));
        await smtpd.AskAsync(session => session.OfferAsync(Alice, Bob, $"restart.{restarts.Count}"));
        restarts.Add(new(stopping, gone, Stopwatch.GetTimestamp()));
    }

    public void Dispose() => Store.Dispose();

    private static string Accounts => $"{Alice}:{{PLAIN}}{Password}\n{Bob}:{{PLAIN}}x\n" + string.Concat(Enumerable.Range(0, Mailboxes).Select(number => $"{MailboxOf(number)}:{{PLAIN}}x\n"));

    private static string PathOfSocket(string directory, string protocol) => Path.Combine(directory, $"{protocol}.sock");

    private static JsonObject Configuration(MailStackRoot root, string sockets) => new()
    {
        ["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{PathOfSocket(sockets, "policy")}"),
            ["milter"] = new JsonArray($"unix:{PathOfSocket(sockets, "milter")}"),
            ["sasl"] = new JsonArray($"unix:{PathOfSocket(sockets, "sasl")}"),
            ["lmtp"] = new JsonArray($"unix:{PathOfSocket(sockets, "lmtp")}"),
            ["admin"] = $"unix:{root.PathOf("policydaemon", "admin.sock")}",
        },
        ["store"] = $"sqlite:{root.PathOf("policydaemon", "policydaemon.db")}",
        ["directory"] = new JsonObject
        {
            ["domains"] = new JsonArray("truenorth.local"),
            ["files"] = new JsonObject { ["passwd"] = new JsonArray(root.WriteFile("passwd", Accounts, 0b110_100_000)) },
        },
        ["checks"] = new JsonObject { ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" } },
        ["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"unix:{root.PathOf("store.sock")}") },
        ["log"] = new JsonObject { ["level"] = "warning" },
    };

    private static string Read(string file) => Snippet.Read(Checkout.PathOf("postfix-snippets", "3.7", file));
}

/// <summary>Times in ticks of <see cref="Stopwatch"/>.</summary>
/// <param name="Stopping">Before SIGTERM.</param>
/// <param name="Gone">After the end of the old process.</param>
/// <param name="Started">The new one answers.</param>
internal sealed record Restart(long Stopping, long Gone, long Started)
{
    public TimeSpan Took => Stopwatch.GetElapsedTime(Stopping, Started);

    /// <summary>Whether a connection that was opened and ended then can have been one of the old process's.</summary>
    public bool Cut(long opened, long ended) => opened < Gone && ended > Stopping;
}
