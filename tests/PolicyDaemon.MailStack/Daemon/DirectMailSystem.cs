using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Slapd;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>A slapd, the daemon, and a Dovecot without auth process that asks the daemon for everything, by the shipped snippet as it is.</summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
public sealed class DirectMailSystem
{
    private DirectMailSystem(SlapdServer slapd, DaemonProcess daemon, DirectDovecot dovecot) => (Slapd, Daemon, Dovecot) = (slapd, daemon, dovecot);

    public SlapdServer Slapd { get; }

    public DaemonProcess Daemon { get; }

    public DirectDovecot Dovecot { get; }

    /// <param name="version">Of Dovecot: <c>2.3</c> or <c>2.4</c>.</param>
    /// <param name="configure">Changes the daemon's configuration before it is written.</param>
    /// <param name="options">How the daemon is started.</param>
    /// <param name="more">What is in Dovecot's configuration besides.</param>
    public static async Task<DirectMailSystem> StartAsync(
        MailStackRoot root, string version, Action<JsonObject>? configure = null, DaemonOptions? options = null, string more = "")
    {
        SlapdServer slapd = await SlapdServer.StartAsync(root);
        root.MakeDirectory("mail", 0b111_000_000, 5000, 5000);

        // As README.md of the snippets says: a directory that Dovecot's login processes may enter, and whose group its sockets get.
        root.MakeDirectory("login", 0b010_111_101_000, 0, DebianSystem.Host.Accounts.GroupId("dovenull"));
        JsonObject configuration = Configuration(root, slapd);
        configure?.Invoke(configuration);
        DaemonProcess daemon = await DaemonProcess.StartAsync(root, configuration.ToJsonString(), options);
        string userdb = root.PathOf("policydaemon", "userdb.sock");
        string snippet = Snippet.Read(
            Checkout.PathOf("dovecot-snippets", version, "direct.conf"),
            ("/run/policydaemon/login/login.sock", root.PathOf("login", "login.sock")),
            ("/run/policydaemon/userdb.sock", userdb));
        return new(slapd, daemon, await DirectDovecot.StartAsync(root, version, $"{snippet}\n{more}", userdb));
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
            ["sasl"] = new JsonArray($"unix:{root.PathOf("login", "login.sock")}"),
            ["userdb"] = new JsonArray($"unix:{root.PathOf("policydaemon", "userdb.sock")}"),
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
