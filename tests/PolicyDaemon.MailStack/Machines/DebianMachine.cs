using System.Globalization;
using System.Net;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;

namespace PolicyDaemon.MailStack.Machines;

/// <summary>
/// A fresh Debian of its own for one test, running: systemd is process 1, Postfix and Dovecot run as their packages set them up, on
/// their own ports in a network of its own. Nothing of it is left when it is disposed, or when the test runner dies.
/// </summary>
/// <remarks>
/// A copy of the system that <c>scripts/build-install-chroot</c> made: an overlay, so that only what changes is written. Users have the numbers
/// that the packages gave them, not those of this machine.
/// </remarks>
public sealed class DebianMachine : IAsyncDisposable
{
    /// <summary>Longer than debootstrap takes over a slow line, twice.</summary>
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(20);

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(2);

    private readonly MailStackRoot root;
    private readonly ManagedProcess machine;

    private DebianMachine(MailStackRoot root, ManagedProcess machine, string original)
    {
        this.root = root;
        this.machine = machine;
        Original = original;
    }

    /// <summary>A directory of this machine for the test's own files; the Debian does not see it.</summary>
    public string Scratch => root.Directory;

    /// <summary>From outside, the directory of the system that this one is a copy of; not to be written to.</summary>
    internal string Original { get; }

    /// <summary>From outside, the directory with what has changed since the copy began.</summary>
    internal string Changes => root.PathOf("changes");

    private int Init { get; set; }

    /// <param name="suite"><c>bookworm</c> (Debian 12) or <c>trixie</c> (Debian 13).</param>
    public static async Task<DebianMachine> StartAsync(string suite)
    {
        string script = Checkout.PathOf("scripts", "build-install-chroot");
        string original = (await Command.RunAsync(script, [suite], limit: BuildLimit)).EnsureSuccess().Output.Trim();
        MailStackRoot place = await MailStackRoot.CreateAsync();
        DebianMachine started = new(place, place.Start("machine", MachineScript.Start(original, place.Directory), Signal.Kill), original);
        try
        {
            await started.WaitForBootAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>From outside, a path that programs of the machine call <paramref name="path"/>; absolute. Files and unix sockets can be used there.</summary>
    public string PathOf(string path) => Path.Combine($"/proc/{Init}/root", path.TrimStart('/'));

    /// <summary>What stands in front of a program of the machine, so that it runs there as root, with the machine's files, network and processes.</summary>
    public IReadOnlyList<string> Launcher => [.. Enter("--mount", "--root", "--wd", "--pid"), "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"];

    /// <summary>What stands in front of a program of this machine, so that it has the other's network and names, and its own files and processes.</summary>
    public IReadOnlyList<string> NetworkLauncher => Enter();

    /// <summary>Runs a program of the machine to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] command) => RunAsync(command, input: "");

    /// <inheritdoc cref="RunAsync(string[])"/>
    public Task<CommandResult> RunAsync(IEnumerable<string> command, string input, TimeSpan? limit = null) =>
        Command.RunAsync(Launcher[0], [.. Launcher.Skip(1), .. command], input, limit);

    /// <summary>An SMTP session with the machine's Postfix, over its loopback, greeted.</summary>
    public async Task<SmtpDialog> OpenSmtpAsync(int port = 25) =>
        await SmtpDialog.OpenAsync(await MachineNetwork.ConnectAsync(Init, new(IPAddress.Loopback, port)));

    /// <summary>The machine's files as they are now.</summary>
    public Task<FileListing> ListFilesAsync() => FileListing.TakeAsync(this);

    /// <summary>What the machine has logged, its last lines.</summary>
    public async Task<string> JournalAsync(int lines = 100) =>
        (await RunAsync("journalctl", "--no-pager", "--quiet", "-n", lines.ToString(CultureInfo.InvariantCulture))).Output;

    public async ValueTask DisposeAsync()
    {
        await machine.KillAsync();
        await Command.RunAsync("unshare", MachineScript.RemoveGroup(root.Directory));
        await root.DisposeAsync();
    }

    private List<string> Enter(params string[] more) =>
        ["nsenter", "--target", Init.ToString(CultureInfo.InvariantCulture), "--net", "--uts", "--ipc", "--cgroup", .. more, "--"];

    private async Task WaitForBootAsync()
    {
        await machine.WaitUntilReadyAsync(() => Task.FromResult(FindInit() && File.Exists(PathOf("/run/systemd/private"))));
        CommandResult state = await RunAsync(["systemctl", "is-system-running", "--wait"], "", BootLimit);
        if (state.ExitCode != 0)
            throw new InvalidOperationException($"the machine is {state.Output}{(await RunAsync("systemctl", "--failed", "--no-pager")).Output}{await JournalAsync()}");
    }

    /// <summary>The only child of unshare(1), which becomes systemd.</summary>
    private bool FindInit()
    {
        string children = File.ReadAllText($"/proc/{machine.Id}/task/{machine.Id}/children");
        Init = int.TryParse(children, CultureInfo.InvariantCulture, out int child) ? child : 0;
        return Init != 0;
    }
}
