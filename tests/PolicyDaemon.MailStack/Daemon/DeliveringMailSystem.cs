using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>Mail on its last steps: Postfix → the daemon's LMTP → Dovecot, of one Debian, by the shipped snippets.</summary>
/// <remarks>Postfix takes every message from 127.0.0.1 without a question. Nothing here is disposed on its own: all of it ends with the root.</remarks>
public sealed class DeliveringMailSystem
{
    private readonly MailStackRoot root;

    private DeliveringMailSystem(MailStackRoot root, PostfixServer postfix, DovecotMailSystem mailboxes, IPEndPoint trustedBackend) =>
        (this.root, Postfix, Mailboxes, TrustedBackend) = (root, postfix, mailboxes, trustedBackend);

    /// <summary>Dovecot's LMTP over TCP, where it believes XCLIENT.</summary>
    public IPEndPoint TrustedBackend { get; }

    public PostfixServer Postfix { get; }

    public DovecotMailSystem Mailboxes { get; }

    public DaemonProcess Daemon => Mailboxes.Daemon;

    /// <summary>Where the daemon speaks LMTP.</summary>
    public string Socket => PathOfSocket(root);

    /// <param name="debian">12: Postfix 3.7 and Dovecot 2.3; 13: Postfix 3.10 and Dovecot 2.4.</param>
    /// <param name="configure">Changes the daemon's configuration before it is written.</param>
    /// <param name="dovecot">What is in Dovecot's configuration besides.</param>
    public static async Task<DeliveringMailSystem> StartAsync(MailStackRoot root, int debian, Action<JsonObject>? configure = null, string dovecot = "")
    {
        (string postfixVersion, string dovecotVersion) = debian == 12 ? ("3.7", "2.3") : ("3.10", "2.4");
        PostfixServer postfix = await PostfixServer.StartAsync(root, new()
        {
            System = debian == 12 ? DebianSystem.Host : await DebianSystem.GetTrixieAsync(),
            MainCf = [Read("postfix-snippets", postfixVersion, "lmtp.main.cf"), "enable_long_queue_ids = yes\nmessage_size_limit = 0\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0"],

            // Chrooted as Debian ships it.
            MasterCf = ["lmtp unix - - y - - lmtp"],
            Recipients = ["@truenorth.local"],
        });
        postfix.MakeSocketDirectory("policydaemon");
        string backend = root.PathOf("dovecot", "base", "lmtp");
        IPEndPoint trusted = new(root.Address, root.FreePort());
        string inet = $$"""
            login_trusted_networks = 127.0.0.0/8
            service lmtp {
              inet_listener lmtp {
                port = {{trusted.Port}}
              }
            }
            """;
        DovecotMailSystem mailboxes = await DovecotMailSystem.StartAsync(root, dovecotVersion, configuration =>
        {
            configuration["listen"]!["lmtp"] = new JsonArray($"unix:{PathOfSocket(root)}");
            configuration["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"unix:{backend}") };
            configure?.Invoke(configuration);
        }, more: Snippet.Read(Checkout.PathOf("dovecot-snippets", dovecotVersion, "lmtp.conf"), ("group = policydaemon", "group = postfix")) + $"{inet}\n{dovecot}\n");
        return new(root, postfix, mailboxes, trusted);
    }

    /// <summary>The messages in a mailbox, octet for octet as Latin-1, in the order of their arrival.</summary>
    public IReadOnlyList<string> ReadMailbox(string login)
    {
        string folder = root.PathOf("mail", Domain, login, "Maildir", "new");
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).OrderBy(File.GetLastWriteTimeUtc).Select(path => File.ReadAllText(path, Encoding.Latin1))] : [];
    }

    /// <summary>Waits until the mailbox holds a message that contains the text.</summary>
    public async Task<string> WaitForMessageAsync(string login, string text)
    {
        string? found = null;
        await Wait.UntilAsync(
            () => (found = ReadMailbox(login).FirstOrDefault(message => message.Contains(text, StringComparison.Ordinal))) is not null,
            $"{login} has a message with '{text}'", details: () => Daemon.Log.Tail());
        return found!;
    }

    private static string PathOfSocket(MailStackRoot root) => PostfixServer.PathInQueueDirectory(root, "policydaemon/lmtp.sock");

    private static string Read(params string[] path) => File.ReadAllText(Checkout.PathOf(path));
}
