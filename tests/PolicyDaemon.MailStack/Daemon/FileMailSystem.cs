using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>
/// A mail system whose accounts are docker-mailserver's two files and nothing else: Postfix and Dovecot ask the daemon for logins and mailboxes, by the
/// shipped snippets as they are, and Postfix reads the aliases itself.
/// </summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
public sealed class FileMailSystem
{
    /// <summary>Of <c>test1234</c>.</summary>
    public const string Hash = "{SHA512-CRYPT}$6$qy7/6AEYsYBtdx9f$i8x3J7uiHNvv6bKRtVpHx9YjmkWtrDgcG/PtYlhNC9KjGzCzdjc3m5ryMJ4ZPQBDTfNWGfAQew4enRs6JD7O61";

    private readonly MailStackRoot root;

    private FileMailSystem(MailStackRoot root) => this.root = root;

    public PostfixServer Postfix { get; private set; } = null!;

    public DaemonProcess Daemon { get; private set; } = null!;

    public SnippetDovecot Dovecot { get; private set; } = null!;

    /// <summary><c>postfix-accounts.cf</c>.</summary>
    public string Accounts => root.PathOf("accounts", "postfix-accounts.cf");

    /// <summary><c>postfix-virtual.cf</c>.</summary>
    public string Aliases => root.PathOf("accounts", "postfix-virtual.cf");

    /// <param name="version">Of Postfix and Dovecot: <c>12</c> as Debian 12 has them, or <c>13</c>.</param>
    /// <param name="accounts">What is in the file of accounts at the start.</param>
    public static async Task<FileMailSystem> StartAsync(MailStackRoot root, string version, string accounts, string aliases)
    {
        (string postfix, string dovecot) = version == "13" ? ("3.10", "2.4") : ("3.7", "2.3");
        FileMailSystem mail = new(root);
        root.MakeDirectory("accounts");
        mail.WriteAccounts(accounts);
        Replace(mail.Aliases, aliases);
        root.MakeDirectory("mail", 0b111_000_000, 5000, 5000);
        root.MakeDirectory("login", 0b010_111_101_000, 0, DebianSystem.Host.Accounts.GroupId("dovenull"));
        mail.Postfix = await PostfixServer.StartAsync(root, await mail.PostfixAsync(postfix));
        mail.Postfix.MakeSocketDirectory("policydaemon");
        mail.Daemon = await DaemonProcess.StartAsync(root, mail.Configuration().ToJsonString());
        string userdb = root.PathOf("policydaemon", "userdb.sock");
        string snippet = Snippet.Read(
            Checkout.PathOf("dovecot-snippets", dovecot, "direct.conf"),
            ("/run/policydaemon/login/login.sock", root.PathOf("login", "login.sock")),
            ("/run/policydaemon/userdb.sock", userdb));
        mail.Dovecot = await SnippetDovecot.StartAsync(root, dovecot, snippet, userdb);
        return mail;
    }

    /// <summary>In the place of what was there, by a rename, as <c>sed -i</c> does.</summary>
    public void WriteAccounts(string text) => Replace(Accounts, text);

    /// <summary>Asks Dovecot's LMTP server for a recipient.</summary>
    public async Task<string> AskLmtpAsync(string recipient)
    {
        await using LineDialog lmtp = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(Dovecot.LmtpSocket));
        await lmtp.ReadUntilAsync("220 ");
        foreach (string command in (string[])["LHLO client.example", "MAIL FROM:<someone@elsewhere.example>"])
        {
            await lmtp.SendAsync(command);
            await lmtp.ReadUntilAsync("250 ");
        }

        await lmtp.SendAsync($"RCPT TO:<{recipient}>");
        return (await lmtp.ReadLineAsync())!;
    }

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.SetUnixFileMode(path + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(path + ".new", path, overwrite: true);
    }

    private async Task<PostfixOptions> PostfixAsync(string version) => new()
    {
        System = version == "3.10" ? await DebianSystem.GetTrixieAsync() : DebianSystem.Host,
        MainCf = ["recipient_delimiter = +", $"virtual_alias_maps = texthash:{Aliases}", Read(version, "main.cf"), Read(version, "sasl.main.cf")],
        MasterCf =
        [
            $"smtp inet n - y - - smtpd\n{Read(version, "smtp.master.cf")}",
            $"submission inet n - y - - smtpd\n  -o smtpd_tls_auth_only=no\n{Read(version, "submission.master.cf")}",
        ],
        VirtualTransport = $"lmtp:unix:{root.PathOf("dovecot", "lmtp")}",
        Recipients = [AddressOf("alice"), AddressOf("bob")],
    };

    private JsonObject Configuration() => new()
    {
        ["node"] = "mx1",
        ["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{Path.Combine(Postfix.QueueDirectory, "policydaemon", "policy.sock")}"),
            ["sasl"] = new JsonArray($"unix:{Path.Combine(Postfix.QueueDirectory, "policydaemon", "sasl.sock")}", $"unix:{root.PathOf("login", "login.sock")}"),
            ["userdb"] = new JsonArray($"unix:{root.PathOf("policydaemon", "userdb.sock")}"),
            ["admin"] = $"unix:{root.PathOf("policydaemon", "admin.sock")}",
        },
        ["directory"] = new JsonObject
        {
            ["domains"] = new JsonArray(Domain),
            ["files"] = new JsonObject { ["passwd"] = new JsonArray(Accounts), ["aliases"] = new JsonArray(Aliases) },
        },
        ["checks"] = new JsonObject
        {
            ["identityBinding"] = new JsonObject { ["trustedNetworks"] = new JsonArray($"{PostfixServer.TrustedClient}/32") },
            ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" },
        },
        ["userdb"] = new JsonObject
        {
            ["uid"] = 5000, ["gid"] = 5000, ["home"] = root.PathOf("mail", "{domain}", "{local}", "home"), ["mail"] = $"maildir:{root.PathOf("mail", "{domain}", "{local}")}",
        },
        ["guard"] = new JsonObject { ["distinctPasswords"] = 1000 },
        ["log"] = new JsonObject { ["level"] = "debug" },
    };

    private static string Read(string version, string file) => File.ReadAllText(Checkout.PathOf("postfix-snippets", version, file));
}
