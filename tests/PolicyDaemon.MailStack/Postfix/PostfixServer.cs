using System.Net;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Postfix;

/// <summary>A private Postfix: own configuration, queue, log and ports.</summary>
public sealed class PostfixServer : IAsyncDisposable
{
    /// <summary>The only address in mynetworks: connect from it to be a trusted client without login.</summary>
    public static readonly IPAddress TrustedClient = IPAddress.Parse("127.0.0.2");

    private readonly MailStackRoot root;
    private readonly PostfixOptions options;
    private readonly string directory;
    private readonly MainCf mainCf = new();
    private readonly MasterCf masterCf;
    private ManagedProcess? process;

    private PostfixServer(MailStackRoot root, PostfixOptions options)
    {
        this.root = root;
        this.options = options;
        masterCf = new(() => new(root.Address, root.FreePort()));
        directory = MakeDirectories();
        Log = new(Path.Combine(directory, "log", "mail.log"));
    }

    /// <summary>The mail log, as postlogd writes it.</summary>
    public LogFile Log { get; }

    /// <summary>Sockets for Postfix go below it: a chrooted smtpd sees nothing else, and names them relative to it.</summary>
    public string QueueDirectory => Path.Combine(directory, "spool");

    /// <summary>For <c>postconf -c</c> and the like.</summary>
    public string ConfigurationDirectory => Path.Combine(directory, "etc");

    public static async Task<PostfixServer> StartAsync(MailStackRoot root, PostfixOptions? options = null)
    {
        PostfixServer server = new(root, options ?? new());
        server.Configure();
        await server.StartAsync();
        return server;
    }

    /// <summary>Where an inet service of master.cf listens.</summary>
    /// <param name="service">First column of its line, for example <c>submission</c>.</param>
    public IPEndPoint EndpointOf(string service) => masterCf.Endpoints[service];

    /// <summary>Where a file lies that a chrooted smtpd calls <paramref name="path"/>, known before the server is started.</summary>
    /// <param name="path">Relative, for example <c>private/auth</c>.</param>
    /// <param name="name"><see cref="PostfixOptions.Name"/> of the server.</param>
    public static string PathInQueueDirectory(MailStackRoot root, string path, string name = "postfix") => root.PathOf(name, "spool", path);

    /// <summary>A directory below the queue directory in which a daemon of group postfix puts its sockets: 0750 root:postfix.</summary>
    public string MakeSocketDirectory(string name) =>
        root.MakeDirectory($"{options.Name}/spool/{name}", 0b111_101_000, 0, options.System.Accounts.GroupId("postfix"));

    /// <summary>Starts again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, with the same queue on the same ports.</summary>
    public async Task StartAsync()
    {
        long before = Log.Length;
        process = root.Start(options.Name, options.System.Command("/usr/lib/postfix/sbin/master", "-c", ConfigurationDirectory, "-s"));

        try
        {
            // One connection to one port: each starts an smtpd. The last one, because master opens them in the order of the file. And its
            // first line in the log: a reload that overtakes it ends postlogd with all that is waiting to be written.
            await process.WaitUntilReadyAsync(
                async () => Log.ReadFrom(before).Contains("daemon started -- version", StringComparison.Ordinal)
                    && await Wait.AcceptsAsync(masterCf.Endpoints.Values.Last()),
                () => Log.Tail());
        }
        catch (InvalidOperationException ended)
        {
            throw new InvalidOperationException($"{ended.Message}\n{await CheckAsync()}", ended);
        }
    }

    /// <summary>What <c>postfix check</c> says. On a terminal, because there is where Postfix tells why it does not start.</summary>
    public async Task<string> CheckAsync() =>
        (await options.System.RunAsync("script", "-qec", $"/usr/sbin/postfix -c {ConfigurationDirectory} check", "/dev/null")).Output;

    public Task StopAsync() => process!.StopAsync();

    /// <summary>From now on connections are accepted (by the kernel) and nothing is answered: a hung server.</summary>
    public void Pause() => process!.Freeze();

    public void Resume() => process!.Thaw();

    public Task KillAsync() => process!.KillAsync();

    /// <summary>Sets one parameter and reloads, as an administrator does.</summary>
    public async Task SetAsync(string parameter, string value)
    {
        mainCf.Set(parameter, value);
        WriteMainCf();
        await ReloadAsync();
    }

    /// <remarks>
    /// Waits a moment for the processes that are there to end: one that is idle would take the next connection by the old
    /// configuration, until it hears of the reload. One with an open session goes on with it.
    /// </remarks>
    public async Task ReloadAsync()
    {
        long before = Log.Length;
        string[] old = FindServers();
        (await options.System.RunAsync("/usr/sbin/postfix", "-c", ConfigurationDirectory, "reload")).EnsureSuccess();
        await Log.WaitForAsync("reload -- version", before);
        for (int i = 0; i < 50 && FindServers().Intersect(old).Any(); i++)
            await Task.Delay(10);
    }

    /// <summary>Runs postconf(1) on this configuration, for example <c>-h mydestination</c>, and returns what it prints.</summary>
    public async Task<string> RunPostconfAsync(params string[] arguments) =>
        (await options.System.RunAsync(["/usr/sbin/postconf", "-c", ConfigurationDirectory, .. arguments])).EnsureSuccess().Output;

    /// <summary>Puts a message into the queue as cron and Sieve do: by sendmail(1), past smtpd.</summary>
    public async Task SendmailAsync(string envelopeSender, string recipient, string message)
    {
        string[] command = options.System.Command("/usr/sbin/sendmail", "-C", ConfigurationDirectory, "-f", envelopeSender, recipient);
        (await Command.RunAsync(command[0], command[1..], message)).EnsureSuccess();
    }

    /// <summary>The queue in postqueue's readable form; <c>Mail queue is empty</c> when it is.</summary>
    public async Task<string> ReadQueueAsync() =>
        (await options.System.RunAsync("/usr/sbin/postqueue", "-c", ConfigurationDirectory, "-p")).EnsureSuccess().Output;

    /// <summary>Makes Postfix try everything that is deferred, now.</summary>
    public async Task FlushAsync() => (await options.System.RunAsync("/usr/sbin/postqueue", "-c", ConfigurationDirectory, "-f")).EnsureSuccess();

    /// <summary>Waits until nothing is queued, so that all that was accepted has been delivered or bounced.</summary>
    public Task WaitUntilQueueIsEmptyAsync() =>
        Wait.UntilAsync(
            async () => (await ReadQueueAsync()).StartsWith("Mail queue is empty", StringComparison.Ordinal),
            "the queue is empty", details: () => Log.Tail());

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? default;

    /// <summary>Owners and modes are those of Postfix's own post-install; it runs with others, but not every part of it.</summary>
    private string MakeDirectories()
    {
        (uint owner, uint postdrop) = (options.System.Accounts.UserId("postfix"), options.System.Accounts.GroupId("postdrop"));
        string path = root.MakeDirectory(options.Name);
        foreach (string name in (string[])["etc", "log", "spool", "spool/pid"])
            root.MakeDirectory($"{options.Name}/{name}");
        foreach (string name in (string[])["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"])
            root.MakeDirectory($"{options.Name}/spool/{name}", 0b111_000_000, owner);
        root.MakeDirectory($"{options.Name}/data", 0b111_000_000, owner);
        root.MakeDirectory($"{options.Name}/spool/maildrop", 0b111_011_000, owner, postdrop);
        root.MakeDirectory($"{options.Name}/spool/public", 0b111_001_000, owner, postdrop);
        return path;
    }

    /// <summary>The smtpd processes of the moment, by process id.</summary>
    private string[] FindServers() =>
    [
        .. File.ReadAllText($"/proc/{process!.Id}/task/{process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(IsSmtpd),
    ];

    private static bool IsSmtpd(string processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/comm") == "smtpd\n";
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return false;
        }
    }

    private void Configure()
    {
        mainCf.Merge(PostfixConfiguration.MainCf(directory, root, options));
        foreach (string text in options.MainCf)
            mainCf.Merge(text);
        masterCf.Merge(PostfixConfiguration.InternalServices);
        foreach (string text in options.MasterCf)
            masterCf.Merge(text);
        if (masterCf.Endpoints.Count == 0)
            masterCf.Merge(PostfixConfiguration.SmtpService + (options.SaslPath is null ? "" : PostfixConfiguration.SubmissionService));
        WriteMainCf();
        root.WriteFile($"{options.Name}/etc/master.cf", masterCf.ToString());
    }

    private void WriteMainCf() => root.WriteFile($"{options.Name}/etc/main.cf", mainCf.ToString());
}
