using System.Globalization;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Containers;

/// <summary>How a container is run, as a manifest says.</summary>
public sealed record ContainerOptions
{
    /// <summary><c>UID:GID</c>; null: that of the image.</summary>
    public string? User { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>Directories or files of this machine, and where they are in the container.</summary>
    public IReadOnlyList<(string Source, string Target)> Mounts { get; init; } = [];

    /// <summary>Paths that are in memory, and mount(8)'s options.</summary>
    public IReadOnlyList<(string Target, string Options)> InMemory { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>A <see cref="ContainerImage"/> that runs: with its own files, a network of its own with nothing but loopback, and no right that its user does not need.</summary>
public sealed class Container
{
    private const string Start = """
        set -e
        lower=$1 cd=$2
        shift 2
        mkdir -p "$cd/changes" "$cd/work" "$cd/system"
        cd "$cd"
        mount -t overlay overlay -o "lowerdir=$lower,upperdir=changes,workdir=work" system
        mount --bind /proc system/proc
        mount -t tmpfs -o mode=755 tmpfs system/dev
        for device in null zero full random urandom; do
            touch system/dev/$device
            mount --bind /dev/$device system/dev/$device
        done
        ip link set lo up

        """;

    private readonly ManagedProcess process;
    private readonly IReadOnlyList<string> asUser;

    private Container(ManagedProcess process, IReadOnlyList<string> asUser) => (this.process, this.asUser) = (process, asUser);

    public LogFile Log => process.Output;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <param name="name">A single word, another one for each container of a root.</param>
    public static Container Run(MailStackRoot root, string name, ContainerImage image, ContainerOptions? options = null)
    {
        options ??= new();
        string mounts = string.Concat(options.InMemory.Select(memory => $"mkdir -p system{memory.Target}\nmount -t tmpfs -o {memory.Options} tmpfs system{memory.Target}\n"))
            + string.Concat(options.Mounts.Select(mount => Mount(mount.Source, mount.Target)));
        string[] user = (options.User ?? image.User).Split(':');
        string[] inside =
        [
            "setpriv", "--reuid", user[0], "--regid", user[1], "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--",
            "env", "-i", .. image.Environment.Concat(options.Environment).Select(variable => $"{variable.Key}={variable.Value}"),
        ];
        string script = $"{Start}{mounts}{(options.IsReadOnly ? "mount -o remount,ro system\n" : "")}exec chroot system \"$@\"\n";
        ManagedProcess started = root.Start(
            name,
            [
                "unshare", "--mount", "--net", "--", "sh", "-c", script, name, $"{image.Layer}:{image.Original}", root.MakeDirectory(name),
                .. inside, .. image.Entrypoint, .. image.Arguments,
            ]);
        return new(started, inside);
    }

    /// <summary>Runs a command in the container as its user, as <c>podman exec</c> does.</summary>
    public Task<CommandResult> ExecuteAsync(IEnumerable<string> command) => Command.RunAsync("nsenter", [.. Enter("--root"), .. asUser, .. command]);

    /// <summary>From outside, a path that the container calls so.</summary>
    public string PathOf(string path) => $"/proc/{Id}/root{path}";

    /// <summary>Runs a program of this machine in the container's network.</summary>
    public Task<CommandResult> RunInNetworkAsync(params string[] command) => Command.RunAsync("nsenter", ["--target", Number(Id), "--net", "--", .. command]);

    public Task StopAsync() => process.StopAsync();

    public Task WaitUntilReadyAsync(Func<Task<bool>> isReady) => process.WaitUntilReadyAsync(isReady);

    private static string Mount(string source, string target) => Directory.Exists(source)
        ? $"mkdir -p system{target}\nmount --bind {ContainerImage.Quote(source)} system{target}\n"
        : $"mkdir -p system{Path.GetDirectoryName(target)}\ntouch system{target}\nmount --bind {ContainerImage.Quote(source)} system{target}\n";

    private IEnumerable<string> Enter(params string[] more) => ["--target", Number(Id), "--mount", "--net", .. more, "--wd=/", "--"];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
