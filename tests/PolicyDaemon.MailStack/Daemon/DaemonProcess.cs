using System.Net;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>The built <c>policydaemon run</c> as a child process with a configuration of its own. Its state directory is its directory below the root.</summary>
public sealed class DaemonProcess : IAsyncDisposable
{
    private readonly MailStackRoot root;
    private readonly DaemonOptions options;
    private readonly Dictionary<string, string> environment;
    private HeldSockets? held;
    private ManagedProcess? process;
    private IReadOnlyList<EndPoint> endpoints = [];

    private DaemonProcess(MailStackRoot root, DaemonOptions options)
    {
        this.root = root;
        this.options = options;
        environment = new(options.Environment, StringComparer.Ordinal) { ["POLICYDAEMON__STATEDIRECTORY"] = root.PathOf(options.Name) };
        root.MakeDirectory(options.Name, 0b111_101_000, options.User is { } user ? DebianSystem.Host.Accounts.UserId(user) : 0, DebianSystem.Host.Accounts.GroupId(options.Group));
    }

    /// <summary>Everything the daemon wrote to stdout and stderr, over all its starts.</summary>
    public LogFile Log => process!.Output;

    public int Id => process!.Id;

    public bool HasExited => process!.HasExited;

    /// <summary>128 + signal when a signal ended it.</summary>
    public int ExitCode => process!.ExitCode;

    private IEnumerable<string> Rights =>
    [
        .. options.User is { } user ? ["--reuid", user, "--no-new-privs"] : Array.Empty<string>(),
        .. options.SupplementaryGroups is [] ? ["--clear-groups"] : (string[])["--groups", string.Join(',', options.SupplementaryGroups)],
    ];

    public string ConfigurationFile => root.PathOf(options.Name, "policydaemon.json");

    /// <summary>Writes the configuration, starts, and returns when every endpoint of its <c>listen</c> section accepts.</summary>
    /// <param name="configuration">
    /// JSON with comments. All paths in it are absolute; <c>root.PathOf("policydaemon", ...)</c> lies in the daemon's own
    /// directory, <see cref="Postfix.PostfixServer.MakeSocketDirectory"/> gives one that a chrooted smtpd reaches.
    /// </param>
    public static async Task<DaemonProcess> StartAsync(MailStackRoot root, string configuration, DaemonOptions? options = null)
    {
        DaemonProcess daemon = new(root, options ?? new());
        daemon.Configure(configuration);
        await daemon.StartAsync();
        return daemon;
    }

    /// <summary>Starts again after <see cref="StopAsync"/> or <see cref="KillAsync"/> with the configuration that was last written.</summary>
    public async Task StartAsync()
    {
        Launch();
        foreach (EndPoint endpoint in endpoints)
            await process!.WaitUntilReadyAsync(() => Wait.AcceptsAsync(endpoint));
    }

    /// <summary>As <see cref="StartAsync()"/>, and does not wait for it.</summary>
    public void Launch()
    {
        string[] command =
        [
            .. options.Launcher, "setpriv", .. Rights, "--regid", options.Group, "--", options.Program, "run", "--config", ConfigurationFile,
        ];
        if (options.IsSocketActivated)
            held ??= new HeldSockets(endpoints, DebianSystem.Host.Accounts.GroupId(options.Group));
        process = held is null ? Start(command) : held.HandTo(command, Start);
    }

    /// <summary>As <see cref="StartAsync()"/>, with another configuration.</summary>
    public Task StartAsync(string configuration)
    {
        Configure(configuration);
        return StartAsync();
    }

    /// <summary>Writes the configuration and sends SIGHUP. When it is in force, the log says so; wait for that line.</summary>
    public void Reload(string configuration)
    {
        Configure(configuration);
        process!.Send(Signal.Hup);
    }

    /// <summary>SIGTERM, and waits for the end; throws when the daemon does not end.</summary>
    public Task StopAsync() => process!.StopAsync();

    public Task KillAsync() => process!.KillAsync();

    /// <summary>Connections are accepted (by the kernel), nothing is answered: a hung daemon.</summary>
    public void Pause() => process!.Freeze();

    public void Resume() => process!.Thaw();

    /// <summary>Runs another command of the program with this daemon's configuration, for example <c>ask</c> or <c>block alice</c>.</summary>
    public Task<CommandResult> RunAsync(string[] arguments, string input = "") =>
        Command.RunAsync(options.Program, [.. arguments, "--config", ConfigurationFile], input, environment: environment);

    /// <summary>Waits until the daemon, which follows this server, has all that was changed there so far.</summary>
    /// <param name="limit">For very many people; null: the usual.</param>
    public async Task WaitUntilFollowsAsync(SlapdServer slapd, TimeSpan? limit = null)
    {
        string progress = await slapd.ReadProgressAsync();
        CommandResult? shown = null;
        await Wait.UntilAsync(
            async () => (shown = await RunAsync(["ldap", "show"])).Output.Contains(progress, StringComparison.Ordinal),
            $"the daemon has everything up to {progress}",
            limit,
            details: () => $"{shown?.Output}{shown?.Error}");
    }

    public ValueTask DisposeAsync()
    {
        held?.Dispose();
        return process?.DisposeAsync() ?? default;
    }

    private ManagedProcess Start(IEnumerable<string> command) => root.Start(options.Name, command, environment: environment);

    private void Configure(string configuration)
    {
        endpoints = ListenSection.Read(configuration);
        root.WriteFile($"{options.Name}/policydaemon.json", configuration, 0b110_100_000, 0, DebianSystem.Host.Accounts.GroupId(options.Group));
    }
}
