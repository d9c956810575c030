using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack;

/// <summary>The Debian whose programs a server is made of: this machine, or one in a directory with newer versions.</summary>
/// <remarks>
/// A program in the chroot sees the directories of the stacks and /dev at the same paths as outside, by mounts that end
/// with it, and the same network. So configurations, sockets and ports need no translation; users postfix and groups
/// postfix and postdrop have the same numbers.
/// </remarks>
public sealed class DebianSystem
{
    /// <summary>The shell becomes the program, so its process number is the program's.</summary>
    private const string Enter = """
        chroot=$1 stacks=$2
        shift 2
        mkdir -p "$chroot$stacks" && mount --bind "$stacks" "$chroot$stacks" && mount --rbind /dev "$chroot/dev" && exec chroot "$chroot" "$@"
        """;

    /// <summary>Longer than debootstrap takes over a slow line.</summary>
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(15);

    private static readonly Lazy<Task<DebianSystem>> Trixie = new(BuildTrixieAsync);

    private readonly string directory;

    private DebianSystem(string directory)
    {
        this.directory = directory;
        Accounts = new(directory);
    }

    /// <summary>The machine that runs the tests.</summary>
    public static DebianSystem Host { get; } = new("/");

    internal SystemAccounts Accounts { get; }

    /// <summary>From outside, a path that programs of this system call <paramref name="path"/>; absolute.</summary>
    internal string PathOf(string path) => Path.Combine(directory, path.TrimStart('/'));

    /// <summary>Debian 13, with Postfix 3.10. Built by <c>scripts/build-trixie-chroot</c> when it is not there yet, which takes a minute.</summary>
    public static Task<DebianSystem> GetTrixieAsync() => Trixie.Value;

    /// <summary>Program and arguments as they are started from outside.</summary>
    internal string[] Command(params string[] command) =>
        directory == "/"
            ? command
            : ["unshare", "--mount", "--", "sh", "-c", Enter, "enter", directory, Path.GetTempPath().TrimEnd('/'), .. command];

    /// <summary>Runs a program of this system to its end.</summary>
    internal Task<CommandResult> RunAsync(params string[] command) =>
        Command(command) is [var program, .. var arguments]
            ? Processes.Command.RunAsync(program, arguments)
            : throw new ArgumentException("no program", nameof(command));

    private static async Task<DebianSystem> BuildTrixieAsync()
    {
        string script = Checkout.PathOf("scripts", "build-trixie-chroot");
        CommandResult build = (await Processes.Command.RunAsync(script, [], limit: BuildLimit)).EnsureSuccess();
        return new(build.Output.Trim());
    }
}
