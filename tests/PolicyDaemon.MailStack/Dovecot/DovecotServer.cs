using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.MailStack.Dovecot;

/// <summary>A private Dovecot 2.3 with IMAP, LMTP, the auth socket for Postfix and quota-status.</summary>
public sealed class DovecotServer : IAsyncDisposable
{
    private readonly MailStackRoot root;
    private readonly DovecotOptions options;
    private readonly string directory;
    private ManagedProcess? process;

    private DovecotServer(MailStackRoot root, DovecotOptions options)
    {
        this.root = root;
        this.options = options;
        ImapEndpoint = new(root.Address, root.FreePort());
        directory = Prepare();
        Log = new(Path.Combine(directory, "dovecot.log"));
    }

    public IPEndPoint ImapEndpoint { get; }

    public LogFile Log { get; }

    /// <summary>Dovecot auth client protocol, for <c>smtpd_sasl_path</c>; 0660 postfix:postfix.</summary>
    public string SaslSocket => options.SaslSocket ?? root.PathOf(options.Name, "postfix-auth");

    /// <summary>LMTP, for <c>virtual_transport = lmtp:unix:...</c>; 0660 root:postfix.</summary>
    public string LmtpSocket => Path.Combine(directory, "lmtp");

    /// <summary>Postfix policy protocol; answers 452 4.2.2 for a mailbox over its quota, else DUNNO. 0660 root:postfix.</summary>
    public string QuotaStatusSocket => Path.Combine(directory, "quota-status");

    public string ConfigurationFile => Path.Combine(directory, "dovecot.conf");

    public static async Task<DovecotServer> StartAsync(MailStackRoot root, DovecotOptions? options = null)
    {
        DovecotServer server = new(root, options ?? new());
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts again after <see cref="StopAsync"/>, with the same mailboxes.</summary>
    public async Task StartAsync()
    {
        process = root.Start(options.Name, ["/usr/sbin/dovecot", "-F", "-c", ConfigurationFile]);
        await process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(new UnixDomainSocketEndPoint(LmtpSocket)), () => Log.Tail());
    }

    /// <summary>Takes a second: Dovecot's master sleeps that long.</summary>
    public Task StopAsync() => process!.StopAsync();

    /// <summary>From now on connections are accepted (by the kernel) and nothing is answered: a hung server.</summary>
    public void Pause() => process!.Freeze();

    public void Resume() => process!.Thaw();

    /// <summary>The messages in a mailbox, whole, in the order of their arrival. Read from the Maildir, so it works while Dovecot is down.</summary>
    public IReadOnlyList<string> ReadMailbox(string login) =>
        [.. MessageFiles(login).Select(path => File.ReadAllText(path))];

    /// <summary>Waits until the mailbox holds a message that contains the text.</summary>
    /// <returns>That message.</returns>
    public async Task<string> WaitForMessageAsync(string login, string text)
    {
        string? found = null;
        await Wait.UntilAsync(
            () => (found = ReadMailbox(login).FirstOrDefault(message => message.Contains(text, StringComparison.Ordinal))) is not null,
            $"{login} has a message with '{text}'", details: () => Log.Tail());
        return found!;
    }

    /// <summary>Whether this login gets in over IMAP: what a mail program sees, not only what passdb says.</summary>
    public async Task<bool> CanLogInAsync(string login, string password)
    {
        using TcpClient client = new();
        await client.ConnectAsync(ImapEndpoint);
        using CancellationTokenSource timeout = new(Wait.DefaultLimit);
        await using StreamWriter writer = new(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        using StreamReader reader = new(client.GetStream());
        await writer.WriteLineAsync($"a LOGIN {login} {password}");
        while (await reader.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.StartsWith("a ", StringComparison.Ordinal))
                return line.StartsWith("a OK", StringComparison.Ordinal);
        }

        return false;
    }

    /// <summary>Runs doveadm against this instance, for example <c>quota get -u bob</c>.</summary>
    public async Task<string> RunDoveadmAsync(params string[] arguments) =>
        (await Command.RunAsync("/usr/bin/doveadm", ["-c", ConfigurationFile, .. arguments])).EnsureSuccess().Output;

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? default;

    private IEnumerable<string> MessageFiles(string login) =>
        ((string[])["new", "cur"])
            .Select(folder => Path.Combine(directory, "mail", login, "Maildir", folder))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .OrderBy(File.GetLastWriteTimeUtc);

    private string Prepare()
    {
        string path = root.MakeDirectory(options.Name);
        root.MakeDirectory($"{options.Name}/base");
        root.MakeDirectory($"{options.Name}/state");
        root.MakeDirectory($"{options.Name}/mail", 0b111_111_000, DovecotConfiguration.MailUser, DovecotConfiguration.MailUser);
        root.WriteFile($"{options.Name}/users", string.Concat(options.Mailboxes.Select(WriteUser)), 0b110_100_000, 0, DebianSystem.Host.Accounts.GroupId("dovecot"));
        if (options.Slapd is { } slapd)
            root.WriteFile($"{options.Name}/ldap.conf", DovecotConfiguration.WriteLdap(slapd));

        // Postfix may come later and then gives its directory the right owner.
        Directory.CreateDirectory(Path.GetDirectoryName(SaslSocket)!);
        string configuration = DovecotConfiguration.Write(path, ImapEndpoint, SaslSocket, root.Certificates, options.Slapd is not null);
        root.WriteFile($"{options.Name}/dovecot.conf", configuration);
        return path;
    }

    /// <summary>One line of a passwd-file: user, password, uid, gid, (gecos), home, (shell), extra fields.</summary>
    private string WriteUser(string login)
    {
        string home = root.PathOf(options.Name, "mail", login);
        string quota = options.QuotaBytes.TryGetValue(login, out long bytes)
            ? string.Create(CultureInfo.InvariantCulture, $"userdb_quota_rule=*:bytes={bytes}")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{login}:{{PLAIN}}{TruenorthDirectory.PasswordOf(login)}:{DovecotConfiguration.MailUser}:{DovecotConfiguration.MailUser}::{home}::{quota}\n");
    }
}
