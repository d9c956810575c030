using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Slapd;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>How a Dovecot asks the daemon: each is a snippet.</summary>
public enum DovecotRoute
{
    /// <summary>Its processes themselves, by the daemon's auth sockets: it has no auth process.</summary>
    Direct,

    /// <summary>Its auth process, by a Lua script over HTTP.</summary>
    Lua,

    /// <summary>Not at all about passwords, which are in a file of its own: only the guard against guessing, as its auth policy server.</summary>
    AuthPolicy,
}

/// <summary>A slapd, the daemon, and a Dovecot that asks the daemon for everything, by the shipped snippet as it is.</summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
public sealed class DovecotMailSystem
{
    /// <summary>What the daemon and Dovecot know for <see cref="DovecotRoute.Lua"/>.</summary>
    public const string Secret = "c0ffee-2f6b1c9de37a4508";

    /// <summary>Dovecot's own auth process waits after each failed login, and longer for each that came before from that address.</summary>
    private const string WithoutDelay = """

        auth_failure_delay = 0
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }

        """;

    private DovecotMailSystem(SlapdServer slapd, DaemonProcess daemon, SnippetDovecot dovecot) => (Slapd, Daemon, Dovecot) = (slapd, daemon, dovecot);

    public SlapdServer Slapd { get; }

    public DaemonProcess Daemon { get; }

    public SnippetDovecot Dovecot { get; }

    /// <param name="version">Of Dovecot: <c>2.3</c> or <c>2.4</c>.</param>
    /// <param name="configure">Changes the daemon's configuration before it is written.</param>
    /// <param name="options">How the daemon is started.</param>
    /// <param name="more">What is in Dovecot's configuration besides.</param>
    public static async Task<DovecotMailSystem> StartAsync(
        MailStackRoot root, string version, Action<JsonObject>? configure = null, DaemonOptions? options = null, string more = "",
        DovecotRoute route = DovecotRoute.Direct)
    {
        SlapdServer slapd = await SlapdServer.StartAsync(root);
        root.MakeDirectory("mail", 0b111_000_000, 5000, 5000);
        JsonObject configuration = Configuration(root, slapd);
        (string snippet, string? master) = route switch
        {
            DovecotRoute.Lua => PrepareLua(root, version, configuration),
            DovecotRoute.AuthPolicy => PrepareAuthPolicy(root, version, configuration),
            _ => PrepareDirect(root, version, configuration),
        };
        configure?.Invoke(configuration);
        DaemonProcess daemon = await DaemonProcess.StartAsync(root, configuration.ToJsonString(), options);
        return new(slapd, daemon, await SnippetDovecot.StartAsync(root, version, $"{snippet}\n{more}", master));
    }

    /// <summary>As README.md of the snippets says: a directory that Dovecot's login processes may enter, and whose group its sockets get.</summary>
    private static (string Snippet, string? Master) PrepareDirect(MailStackRoot root, string version, JsonObject configuration)
    {
        root.MakeDirectory("login", 0b010_111_101_000, 0, DebianSystem.Host.Accounts.GroupId("dovenull"));
        string sasl = root.PathOf("login", "login.sock");
        string userdb = root.PathOf("policydaemon", "userdb.sock");
        configuration["listen"]!["sasl"] = new JsonArray($"unix:{sasl}");
        configuration["listen"]!["userdb"] = new JsonArray($"unix:{userdb}");
        string snippet = Snippet.Read(
            Checkout.PathOf("dovecot-snippets", version, "direct.conf"), ("/run/policydaemon/login/login.sock", sasl), ("/run/policydaemon/userdb.sock", userdb));
        return (snippet, userdb);
    }

    /// <summary>The script and a secret of root's beside it.</summary>
    /// <param name="address">Where the daemon listens.</param>
    /// <returns>The snippet that loads it.</returns>
    public static string PrepareLua(MailStackRoot root, string version, string address)
    {
        string script = Snippet.Read(
            Checkout.PathOf("dovecot-snippets", version, "policydaemon.lua"),
            ("127.0.0.1:10081", address),
            ("/etc/dovecot/policydaemon-secret", root.WriteFile("dovecot-secret", $"{Secret}\n", 0b110_000_000)));
        string snippet = Snippet.Read(
            Checkout.PathOf("dovecot-snippets", version, "lua.conf"), ("/etc/dovecot/policydaemon.lua", root.WriteFile("policydaemon.lua", script)));
        return snippet + WithoutDelay;
    }

    private static (string Snippet, string? Master) PrepareLua(MailStackRoot root, string version, JsonObject configuration) =>
        (PrepareLua(root, version, ListenForHttp(root, configuration)), null);

    private static (string Snippet, string? Master) PrepareAuthPolicy(MailStackRoot root, string version, JsonObject configuration)
    {
        string address = ListenForHttp(root, configuration);
        string secret = root.WriteFile("policydaemon-auth-policy.conf", $"auth_policy_server_api_header = {Secret}\nauth_policy_hash_nonce = 4711\n", 0b110_000_000);
        string snippet = Snippet.Read(
            Checkout.PathOf("dovecot-snippets", version, "auth-policy.conf"), ("127.0.0.1:10081", address), ("/etc/dovecot/policydaemon-auth-policy.conf", secret));
        string users = root.WriteFile(
            "users", string.Concat(Logins.Select(login => $"{login}:{{PLAIN}}{PasswordOf(login)}:5000:5000::{root.PathOf("mail", Domain, login)}::\n")), 0b110_100_100);
        return (PasswdFile(version, users) + snippet + WithoutDelay, null);
    }

    private static string PasswdFile(string version, string users) => version == "2.4"
        ? $"passdb passwd-file {{\n  passwd_file_path = {users}\n}}\nuserdb passwd-file {{\n  passwd_file_path = {users}\n}}\nmail_driver = maildir\nmail_path = ~/Maildir\n"
        : $"passdb {{\n  driver = passwd-file\n  args = {users}\n}}\nuserdb {{\n  driver = passwd-file\n  args = {users}\n}}\nmail_location = maildir:~/Maildir\n";

    /// <returns>Where.</returns>
    private static string ListenForHttp(MailStackRoot root, JsonObject configuration)
    {
        string address = $"{root.Address}:{root.FreePort()}";
        configuration["listen"]!["authHttp"] = new JsonArray($"inet:{address}");
        configuration["listen"]!["authHttpSecretFile"] = root.WriteFile("auth-secret", $"{Secret}\n", 0b110_000_000);
        return address;
    }

    /// <summary>Gives a message to Dovecot's LMTP server.</summary>
    /// <returns>The reply to RCPT, or, when that was taken, to the message.</returns>
    public async Task<string> DeliverAsync(string recipient, string subject = "x")
    {
        await using LineDialog lmtp = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(Dovecot.LmtpSocket));
        await lmtp.ReadUntilAsync("220 ");
        foreach (string command in (string[])["LHLO client.example", "MAIL FROM:<someone@elsewhere.example>"])
        {
            await lmtp.SendAsync(command);
            await lmtp.ReadUntilAsync("250 ");
        }

        await lmtp.SendAsync($"RCPT TO:<{recipient}>");
        string reply = (await lmtp.ReadLineAsync())!;
        if (!reply.StartsWith('2'))
            return reply;
        await lmtp.SendAsync("DATA");
        await lmtp.ReadUntilAsync("354 ");
        await lmtp.SendAsync($"Subject: {subject}\r\n\r\nx\r\n.");
        return (await lmtp.ReadLineAsync())!;
    }

    private static JsonObject Configuration(MailStackRoot root, SlapdServer slapd) => new()
    {
        ["node"] = "mx1",
        ["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{root.PathOf("policydaemon", "policy.sock")}"),
            ["admin"] = $"unix:{root.PathOf("policydaemon", "admin.sock")}",
        },
        ["directory"] = new JsonObject
        {
            ["domains"] = new JsonArray(Domain),
            ["identity"] = "ldap",
            ["ldap"] = LdapSection.For(root, [slapd.Url]),
            ["sqlite"] = new JsonObject { ["path"] = root.PathOf("policydaemon", "policydaemon.db") },
        },
        ["userdb"] = new JsonObject
        {
            ["uid"] = 5000,
            ["gid"] = 5000,
            ["home"] = root.PathOf("mail", "{domain}", "{local}"),
            ["mail"] = "maildir:~/Maildir",
            ["quota"] = "3M",
        },
        ["log"] = new JsonObject { ["level"] = "debug" },
    };
}
