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

    private PolicedMailSystem(MailStackRoot root, Action<JsonObject> configure)
    {
        this.root = root;
        this.configure = configure;
    }

    public SlapdServer Slapd { get; private set; } = null!;

    public DovecotServer Dovecot { get; private set; } = null!;

    public PostfixServer Postfix { get; private set; } = null!;

    public DaemonProcess Daemon { get; private set; } = null!;

    /// <param name="configure">Changes the daemon's configuration before it is written.</param>
    public static async Task<PolicedMailSystem> StartAsync(MailStackRoot root, Action<JsonObject>? configure = null, DaemonOptions? options = null)
    {
        PolicedMailSystem system = new(root, configure ?? (_ => { })) { Slapd = await SlapdServer.StartAsync(root) };
        system.Dovecot = await DovecotServer.StartAsync(root, new() { Slapd = system.Slapd });
        system.Postfix = await PostfixServer.StartAsync(root, system.ShippedSnippets());
        system.Postfix.MakeSocketDirectory("policydaemon");
        system.Daemon = await DaemonProcess.StartAsync(root, system.Configuration().ToJsonString(), options);
        return system;
    }

    /// <summary>The daemon's configuration: LDAP by lookup over StartTLS, recipients enforced, only <see cref="PostfixServer.TrustedClient"/> trusted.</summary>
    public JsonObject Configuration()
    {
        JsonObject configuration = new()
        {
            ["node"] = "mx1",
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Path.Combine(Postfix.QueueDirectory, "policydaemon", "policy.sock")}"),
                ["admin"] = $"unix:{root.PathOf("policydaemon", "admin.sock")}",
            },
            ["directory"] = new JsonObject
            {
                ["domains"] = new JsonArray(Domain),
                ["ldap"] = Ldap(),
                ["sqlite"] = new JsonObject { ["path"] = root.PathOf("policydaemon", "policydaemon.db") },
            },
            ["checks"] = new JsonObject
            {
                ["identityBinding"] = new JsonObject { ["trustedNetworks"] = new JsonArray($"{PostfixServer.TrustedClient}/32") },
                ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" },
            },
            ["log"] = new JsonObject { ["level"] = "debug" },
        };
        configure(configuration);
        return configuration;
    }

    private JsonObject Ldap() => new()
    {
        ["urls"] = new JsonArray(Slapd.Url),
        ["startTls"] = true,
        ["caFile"] = root.Certificates.AuthorityFile,
        ["bindDn"] = ServiceDn,
        ["bindPasswordFile"] = root.WriteFile("ldap.password", ServicePassword + "\n", 0b110_000_000),
        ["baseDn"] = People,
        ["mode"] = "lookup",
        ["attributes"] = new JsonObject
        {
            ["sendAs"] = "tnMailSendAs",
            ["allowedSenders"] = "tnMailAllowedSenders",
            ["limits"] = "tnMailLimits",
        },
    };

    private PostfixOptions ShippedSnippets()
    {
        string folder = Path.Combine(RepositoryRoot.Path, "postfix-snippets", "3.7");
        return new()
        {
            MainCf = ["recipient_delimiter = +", File.ReadAllText(Path.Combine(folder, "main.cf"))],
            MasterCf =
            [
                "smtp inet n - n - - smtpd\n" + File.ReadAllText(Path.Combine(folder, "smtp.master.cf")),
                "submission inet n - n - - smtpd\n  -o smtpd_tls_auth_only=no\n" + File.ReadAllText(Path.Combine(folder, "submission.master.cf")),
            ],
            SaslPath = Dovecot.SaslSocket,
            VirtualTransport = $"lmtp:unix:{Dovecot.LmtpSocket}",
            Recipients = [.. Logins.Select(AddressOf), "alice.north@truenorth.local"],
        };
    }
}
