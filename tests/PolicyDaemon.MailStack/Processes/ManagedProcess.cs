using System.Diagnostics;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>
/// A server in the foreground as a direct child, leader of its own session, with its output in files and its number in
/// the list of the <see cref="Reaper"/>.
/// </summary>
public sealed class ManagedProcess : IAsyncDisposable
{
    /// <summary>For one that hangs: what ends instead of starting is noticed at once, and a starved machine may take half a minute for what it does in one second.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    /// <summary>The shell writes the list before it becomes the server, so there is no moment in which the server is unknown to the reaper.</summary>
    private const string Launcher = """
        list=$1 signal=$2 name=$3 log=$4
        shift 4
        echo "$$ $(cut -d ' ' -f 22 /proc/$$/stat) $signal $name" >> "$list"
        exec "$@" < /dev/null >> "$log" 2>&1
        """;

    private readonly Process process;
    private readonly ProcessIdentity? identity;
    private readonly Signal stopSignal;
    private readonly Signal disposeSignal;

    private ManagedProcess(string name, Process process, Signal stopSignal, Signal disposeSignal, LogFile log)
    {
        Name = name;
        this.process = process;
        this.stopSignal = stopSignal;
        this.disposeSignal = disposeSignal;
        Output = log;
        identity = ProcessIdentity.Find(process.Id);
    }

    public string Name { get; }

    public int Id => process.Id;

    /// <summary>What the server wrote to stdout and stderr, over all its starts.</summary>
    public LogFile Output { get; }

    public bool HasExited => process.HasExited;

    /// <summary>128 + signal when a signal ended it.</summary>
    public int ExitCode => process.ExitCode;

    /// <param name="root">Directory of the stack, where the list of processes and <c>NAME.out</c> are.</param>
    /// <param name="name">For messages and file names: a single word.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="stopSignal">The one that ends this server in order.</param>
    /// <param name="disposeSignal">The one that ends it at once when nobody will look at it again.</param>
    internal static ManagedProcess Start(
        string root, string name, IEnumerable<string> command, Signal stopSignal = Signal.Term,
        IReadOnlyDictionary<string, string>? environment = null, Signal disposeSignal = Signal.Kill)
    {
        LogFile log = new(Path.Combine(root, $"{name}.out"));
        string list = Path.Combine(root, Reaper.ProcessesFile);
        ProcessStartInfo start = new(
            "setsid", ["sh", "-c", Launcher, "launcher", list, $"{(int)stopSignal}", name, log.Path, .. command]) { WorkingDirectory = root };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        Process launched = Process.Start(start) ?? throw new InvalidOperationException($"{name}: setsid did not start");
        return new(name, launched, stopSignal, disposeSignal, log);
    }

    /// <summary>Waits until <paramref name="isReady"/>, and says why not when the server ended instead.</summary>
    public Task WaitUntilReadyAsync(Func<Task<bool>> isReady, Func<string>? details = null) =>
        Wait.UntilAsync(
            async () => HasExited
                ? throw new InvalidOperationException($"{Name} ended with {ExitCode} instead of listening\n{Output.Tail()}\n{details?.Invoke()}")
                : await isReady(),
            $"{Name} is ready", StartLimit, () => $"{Output.Tail()}\n{details?.Invoke()}");

    public void Send(Signal signal)
    {
        if (!process.HasExited)
            identity?.Send(signal);
    }

    /// <summary>Freezes the server, all its threads and all its processes: when this returns, none of them can answer a last question any more.</summary>
    public void Freeze()
    {
        Send(Signal.Stop);
        if (!SpinWait.SpinUntil(() => HasExited || identity is not { } leader || leader.IsStopped && AreChildrenStopped(leader), StopLimit))
            throw new TimeoutException($"{Name} does not stand still");
    }

    /// <summary>Ends what <see cref="Freeze"/> began.</summary>
    public void Thaw()
    {
        foreach (ProcessIdentity member in identity?.FindFamily() ?? [])
            member.Send(Signal.Cont);
    }

    /// <summary>Ends the server in order. One that does not end is killed with its whole session, and the call throws.</summary>
    public async Task StopAsync()
    {
        Send(stopSignal);

        // A server frozen by a test takes no other signal until it goes on.
        Thaw();
        using CancellationTokenSource timeout = new(StopLimit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException late)
        {
            await KillAsync();
            throw new TimeoutException($"{Name} did not end within {StopLimit.TotalSeconds} s of its stop signal\n{Output.Tail()}", late);
        }
    }

    /// <summary>SIGKILL for the server and everything it started: a crash of the machine, as its peers see it.</summary>
    /// <remarks>
    /// The leader is frozen first and killed last: it starts no new children meanwhile, and while it lives its number
    /// is surely that of its own session. Killed alone, Dovecot's master would leave its children behind.
    /// </remarks>
    public async Task KillAsync()
    {
        if (identity is { IsAlive: true } leader)
        {
            leader.Send(Signal.Stop);
            await Wait.UntilAsync(() => KillMembers(leader) == 0, $"all children of {Name} are gone");
            leader.Send(Signal.Kill);
        }

        await process.WaitForExitAsync();
    }

    /// <summary>SIGKILL for one process that the server has started, as the kernel does when memory runs out.</summary>
    /// <param name="program">Its name, as ps(1) shows it.</param>
    /// <returns>False: there is none of that name.</returns>
    internal bool KillOne(string program, Random random)
    {
        if (identity?.FindFamily().Where(member => member != identity && member.Name == program).ToList() is not { Count: > 0 } found) return false;
        found[random.Next(found.Count)].Send(Signal.Kill);
        return true;
    }

    /// <summary>Kills: whoever disposes needs no clean end, and Dovecot's takes a second. A test that looks at the end calls <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposeSignal != Signal.Kill)
            await EndAsync();
        await KillAsync();
        process.Dispose();
    }

    private async Task EndAsync()
    {
        Send(disposeSignal);
        Thaw();
        using CancellationTokenSource timeout = new(EndLimit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // Whatever holds it up, it is killed next.
        }
    }

    /// <summary>Children are frozen after their parent, which starts no new ones then.</summary>
    private static bool AreChildrenStopped(ProcessIdentity leader)
    {
        List<ProcessIdentity> running = [.. leader.FindFamily().Where(member => !member.IsStopped)];
        running.ForEach(member => member.Send(Signal.Stop));
        return running.Count == 0;
    }

    private static int KillMembers(ProcessIdentity leader)
    {
        List<ProcessIdentity> members = [.. leader.FindFamily().Where(member => member != leader)];
        members.ForEach(member => member.Send(Signal.Kill));
        return members.Count;
    }
}
