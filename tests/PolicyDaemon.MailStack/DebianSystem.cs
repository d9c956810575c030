using System.Runtime.InteropServices;
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
    private const string EnterScript = """
        chroot=$1
        shift
        while [ "$1" != -- ]; do
          mkdir -p "$chroot$1" && mount --rbind "$1" "$chroot$1" || exit
          shift
        done
        shift
        exec chroot "$chroot" "$@"
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

    /// <summary>What stands in front of a .NET program that lies beside this one, so that it runs with the libraries of this system; empty on this machine.</summary>
    public IReadOnlyList<string> Launcher => Enter(["/proc", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")), AppContext.BaseDirectory.TrimEnd('/')]);

    /// <summary>Program and arguments as they are started from outside.</summary>
    internal string[] Command(params string[] command) => [.. Enter([]), .. command];

    /// <param name="directories">Of this machine, seen at the same paths, besides those that every program sees.</param>
    private string[] Enter(IEnumerable<string> directories) =>
        directory == "/" ? [] : ["unshare", "--mount", "--", "sh", "-c", EnterScript, "enter", directory, Path.GetTempPath().TrimEnd('/'), "/dev", .. directories, "--"];

    /// <summary>Runs a program of this system to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] command) =>
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
