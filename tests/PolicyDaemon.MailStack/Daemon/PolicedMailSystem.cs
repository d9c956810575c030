using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Slapd;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>
/// A whole mail system with the daemon in it: Postfix with the shipped snippets as they are, Dovecot for logins and mailboxes, slapd for people.
/// </summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
public sealed class PolicedMailSystem
{
    private readonly MailStackRoot root;
    private readonly Action<JsonObject> configure;
    private readonly string ldapMode;
    private readonly bool checksPasswords;
    private readonly Fronts fronts;

    private PolicedMailSystem(MailStackRoot root, Action<JsonObject> configure, string ldapMode, bool checksPasswords, Fronts fronts)
    {
        this.fronts = fronts;
        this.root = root;
        this.configure = configure;
        this.ldapMode = ldapMode;
        this.checksPasswords = checksPasswords;
    }

    private PostfixOptions snippets = null!;

    public SlapdServer Slapd { get; private set; } = null!;

    public DovecotServer Dovecot { get; private set; } = null!;

    public PostfixServer Postfix { get; private set; } = null!;

    public DaemonProcess Daemon { get; private set; } = null!;

    /// <param name="configure">Changes the daemon's configuration before it is written.</param>
    /// <param name="postfix">3.7 of this machine, or 3.10 of Debian 13; each with the snippets for it.</param>
    /// <param name="dovecot">Its mailboxes and their quota; passwords are checked by slapd in any case.</param>
    /// <param name="ldapMode">How the daemon uses slapd, see <see cref="LdapSection"/>.</param>
    /// <param name="checksPasswords">Postfix asks the daemon about logins; else Dovecot, whose passwords are slapd's too.</param>
    /// <param name="options">How the daemon is started.</param>
    /// <param name="fronts">The protocols by which it asks about mail; the daemon listens for all of them.</param>
    public static async Task<PolicedMailSystem> StartAsync(
        MailStackRoot root, Action<JsonObject>? configure = null, string postfix = "3.7", DovecotOptions? dovecot = null,
        string ldapMode = LdapSection.Sync, bool checksPasswords = false, DaemonOptions? options = null, Fronts fronts = Fronts.Policy)
    {
        DebianSystem debian = postfix == "3.10" ? await DebianSystem.GetTrixieAsync() : DebianSystem.Host;
        PolicedMailSystem system = new(root, configure ?? (_ => { }), ldapMode, checksPasswords, fronts) { Slapd = await SlapdServer.StartAsync(root) };
        system.Dovecot = await DovecotServer.StartAsync(root, (dovecot ?? new()) with { Slapd = system.Slapd });
        system.snippets = system.ShippedSnippets(postfix, debian);
        system.Postfix = await PostfixServer.StartAsync(root, system.snippets);
        system.Postfix.MakeSocketDirectory("policydaemon");
        system.Daemon = await DaemonProcess.StartAsync(root, system.Configuration().ToJsonString(), options);
        return system;
    }

    /// <summary>The daemon's configuration: LDAP over StartTLS, recipients enforced, only <see cref="PostfixServer.TrustedClient"/> trusted.</summary>
    public JsonObject Configuration()
    {
        JsonObject configuration = new()
        {
            ["node"] = "mx1",
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Path.Combine(Postfix.QueueDirectory, "policydaemon", "policy.sock")}"),
                ["milter"] = new JsonArray($"unix:{Path.Combine(Postfix.QueueDirectory, "policydaemon", "milter.sock")}"),
                ["admin"] = $"unix:{root.PathOf("policydaemon", "admin.sock")}",
            },
            ["directory"] = new JsonObject
            {
                ["domains"] = new JsonArray(Domain),
                ["ldap"] = LdapSection.For(root, [Slapd.Url], ldapMode),
                ["sqlite"] = new JsonObject { ["path"] = root.PathOf("policydaemon", "policydaemon.db") },
            },
            ["checks"] = new JsonObject
            {
                ["identityBinding"] = new JsonObject { ["trustedNetworks"] = new JsonArray($"{PostfixServer.TrustedClient}/32") },
                ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" },
            },
            ["log"] = new JsonObject { ["level"] = "debug" },
        };
        if (checksPasswords)
            configuration["listen"]!["sasl"] = new JsonArray($"unix:{Path.Combine(Postfix.QueueDirectory, "policydaemon", "sasl.sock")}");
        configure(configuration);
        return configuration;
    }

    /// <summary>Another host with the same Postfix, and a daemon that is configured alike, for the same people and mailboxes.</summary>
    /// <param name="name">Of the node, its Postfix and its daemon.</param>
    public async Task<(PostfixServer Postfix, DaemonProcess Daemon)> AddNodeAsync(string name)
    {
        PostfixServer postfix = await PostfixServer.StartAsync(root, snippets with { Name = $"{name}-postfix" });
        postfix.MakeSocketDirectory("policydaemon");
        JsonObject configuration = Configuration();
        configuration["node"] = name;
        configuration["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{Path.Combine(postfix.QueueDirectory, "policydaemon", "policy.sock")}"),
            ["milter"] = new JsonArray($"unix:{Path.Combine(postfix.QueueDirectory, "policydaemon", "milter.sock")}"),
            ["admin"] = $"unix:{root.PathOf(name, "admin.sock")}",
        };
        configuration["stateDirectory"] = root.PathOf(name);
        return (postfix, await DaemonProcess.StartAsync(root, configuration.ToJsonString(), new() { Name = name }));
    }

    private PostfixOptions ShippedSnippets(string version, DebianSystem debian) => new()
    {
        System = debian,
        MainCf =
        [
            "recipient_delimiter = +",
            Read(version, "main.cf"),
            .. checksPasswords ? [Read(version, "sasl.main.cf")] : Array.Empty<string>(),
            .. fronts.HasFlag(Fronts.Milter) ? [Read(version, "milter.main.cf")] : Array.Empty<string>(),
        ],
        MasterCf =
        [
            $"smtp inet n - y - - smtpd\n{Service(version, "smtp", "  -o { smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination }\n")}",
            .. fronts.HasFlag(Fronts.Milter) ? [Read(version, "hide-client.cleanup.master.cf")] : Array.Empty<string>(),
            $"submission inet n - {(checksPasswords ? "y" : "n")} - - smtpd\n  -o smtpd_tls_auth_only=no\n{Service(version, "submission", "  -o smtpd_sasl_auth_enable=yes\n  -o { smtpd_relay_restrictions = permit_sasl_authenticated, reject }\n")}",
        ],
        SaslPath = Dovecot.SaslSocket,
        VirtualTransport = $"lmtp:unix:{Dovecot.LmtpSocket}",
        Recipients = [.. Logins.Select(AddressOf), "alice.north@truenorth.local"],
    };

    /// <param name="unasked">What the service has when the policy protocol is not asked.</param>
    private string Service(string version, string name, string unasked) =>
        (fronts.HasFlag(Fronts.Policy) ? Read(version, $"{name}.master.cf") : unasked) +
        (fronts.HasFlag(Fronts.Milter) ? Read(version, $"milter.{name}.master.cf") : "") +
        (fronts.HasFlag(Fronts.Milter) && name == "submission" ? Read(version, "hide-client.submission.master.cf") : "");

    private static string Read(string version, string file) => File.ReadAllText(Checkout.PathOf("postfix-snippets", version, file));
}
