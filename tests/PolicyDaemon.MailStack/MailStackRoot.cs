using System.Net;
using System.Text;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack;

/// <summary>
/// The directory, the loopback address and the processes of one private mail system. Nothing outside the directory is
/// written, and nothing of it is left when this object is disposed or the test runner dies.
/// </summary>
/// <remarks>
/// Needs root: Postfix and Dovecot change their user. The path stays below 50 characters, since the path of a unix
/// socket ends at 107 bytes and Dovecot's own ones lie deep.
/// </remarks>
public sealed class MailStackRoot : IAsyncDisposable
{
    /// <summary>Set to anything: the directory stays after every run, for a look at configurations and logs.</summary>
    public const string KeepVariable = "POLICYDAEMON_TEST_KEEP";

    private const string Prefix = "pds-";
    private const string OwnerFile = "owner";
    private const int MaxPathLength = 50;

    private static readonly Lazy<Task> FirstSweep = new(SweepAsync);

    private readonly List<ManagedProcess> processes = [];
    private readonly LoopbackAddress loopback;
    private readonly Reaper reaper;

    private MailStackRoot(string directory)
    {
        Directory = directory;
        loopback = LoopbackAddress.Lease();
        reaper = Reaper.Watch(directory);
        Certificates = new(this);
        if (Environment.GetEnvironmentVariable(KeepVariable) is { Length: > 0 })
            Keep();
    }

    /// <summary>Absolute, 0755: the servers' users must be able to pass through it.</summary>
    public string Directory { get; }

    /// <summary>All TCP services of this stack listen here. Clients come from 127.0.0.1 unless they bind another address.</summary>
    public IPAddress Address => loopback.Address;

    public TestCertificates Certificates { get; }

    /// <summary>Sweeps what killed runs left behind, then makes the directory and starts its reaper.</summary>
    public static async Task<MailStackRoot> CreateAsync()
    {
        if (!Libc.IsRoot)
            throw new InvalidOperationException("Postfix and Dovecot start as root only: run the integration tests as root, as 'make test' does");
        await FirstSweep.Value;
        string directory = System.IO.Directory.CreateTempSubdirectory(Prefix).FullName;
        if (directory.Length > MaxPathLength)
            throw new InvalidOperationException($"{directory} is too long for the unix sockets in it: set TMPDIR to a shorter directory");
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        ProcessIdentity self = ProcessIdentity.Find(Environment.ProcessId)!.Value;
        await File.WriteAllTextAsync(Path.Combine(directory, OwnerFile), $"{self.Id} {self.StartTicks}");
        return new(directory);
    }

    /// <summary>Ends the processes and removes the directories of stacks whose runner died together with its reaper.</summary>
    public static async Task SweepAsync()
    {
        foreach (string directory in System.IO.Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            string owner = Path.Combine(directory, OwnerFile);

            // Without the file the stack is just being made by another runner.
            if (File.Exists(owner) && !IsAlive(await File.ReadAllTextAsync(owner)))
                await Reaper.SweepAsync(directory);
        }
    }

    /// <inheritdoc cref="LoopbackAddress.FreePort"/>
    public int FreePort() => loopback.FreePort();

    public string PathOf(params string[] parts) => Path.Combine([Directory, .. parts]);

    /// <summary>From now on the directory stays when the stack ends.</summary>
    public void Keep() => File.WriteAllText(PathOf(Reaper.KeepFile), "");

    /// <summary>Where the servers are and the last lines of all their logs: what belongs below the message of a failed test.</summary>
    public string Report()
    {
        StringBuilder report = new($"stack in {Directory}, address {Address}\n");
        IEnumerable<string> logs = System.IO.Directory.EnumerateFiles(Directory, "*.*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".out" or ".log" && !path.Contains("/Maildir/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        foreach (string path in logs)
            report.Append($"--- {path}\n{new LogFile(path).Tail(30)}\n");
        return report.ToString();
    }

    /// <summary>Kills what still runs, all at once, and removes the directory unless it is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(processes.Select(process => process.DisposeAsync().AsTask()));
        }
        finally
        {
            reaper.Dispose();
            loopback.Dispose();
        }
    }

    /// <summary>Starts any other server in the foreground, and waits until it accepts at all of these.</summary>
    /// <param name="name">A single word: of the process and its log.</param>
    /// <returns>Its process id.</returns>
    public async Task<int> StartServerAsync(string name, IEnumerable<string> command, params IEnumerable<EndPoint> endpoints)
    {
        ManagedProcess process = Start(name, command);
        foreach (EndPoint endpoint in endpoints)
            await process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(endpoint));
        return process.Id;
    }

    internal ManagedProcess Start(
        string name, IEnumerable<string> command, Signal stopSignal = Signal.Term, IReadOnlyDictionary<string, string>? environment = null,
        Signal disposeSignal = Signal.Kill)
    {
        ManagedProcess process = ManagedProcess.Start(Directory, name, command, stopSignal, environment, disposeSignal);
        processes.Add(process);
        return process;
    }

    /// <summary>Makes a directory with exactly this owner and mode, whatever the umask.</summary>
    internal string MakeDirectory(string path, int mode = 0b111_101_101, uint user = 0, uint group = 0)
    {
        string directory = PathOf(path);
        System.IO.Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, (UnixFileMode)mode);
        Libc.SetOwner(directory, user, group);
        return directory;
    }

    /// <summary>Writes a file that is a minute old: Postfix dozes while its configuration is younger than a second.</summary>
    public string WriteFile(string path, string text, int mode = 0b110_100_100, uint user = 0, uint group = 0)
    {
        string file = PathOf(path);
        string unfinished = file + ".unfinished";
        File.WriteAllText(unfinished, text);
        File.SetUnixFileMode(unfinished, (UnixFileMode)mode);
        Libc.SetOwner(unfinished, user, group);
        File.SetLastWriteTimeUtc(unfinished, DateTime.UtcNow.AddMinutes(-1));
        // Whole or not at all: an smtpd that starts meanwhile would read an empty main.cf and wait for the system's own Postfix.
        File.Move(unfinished, file, overwrite: true);
        return file;
    }

    private static bool IsAlive(string owner) =>
        owner.Split(' ') is [var id, var start]
        && int.TryParse(id, out int processId)
        && ProcessIdentity.Find(processId) is { } process
        && string.Equals(process.StartTicks.ToString(System.Globalization.CultureInfo.InvariantCulture), start, StringComparison.Ordinal);
}
