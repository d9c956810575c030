using System.Diagnostics;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>A test runner that dies leaves no process and no directory. The runner that dies is this very program, started once more.</summary>
public sealed class KilledRunnerTests : IDisposable
{
    private const string ReportVariable = "POLICYDAEMON_TEST_REPORT";

    // The killed runner uses that of the first, which outlives it.
    private readonly string report = Environment.GetEnvironmentVariable(ReportVariable) ?? Path.GetTempFileName();
    private Process? runner;

    public void Dispose()
    {
        runner?.Kill();
        runner?.Dispose();
        File.Delete(report);
    }

    [Fact]
    public async Task Killed_runner_leaves_no_process_and_no_directory()
    {
        string root = await StartRunnerAsync();
        AssertServersRun(root);

        runner!.Kill();

        await Wait.UntilAsync(
            () => !Directory.Exists(root) && FindProcesses(root) is [], $"{root} and its processes are gone", details: () => Describe(root));
    }

    [Fact]
    public async Task Leftovers_of_a_runner_killed_with_its_reaper_are_swept_by_the_next_one()
    {
        string root = await StartRunnerAsync();
        int reaper = FindProcesses(root).Single(id => ReadProc(id, "cmdline").Contains("policydaemon-test-reaper", StringComparison.Ordinal));
        using Process reaperProcess = Process.GetProcessById(reaper);
        reaperProcess.Kill();
        await reaperProcess.WaitForExitAsync();
        runner!.Kill();
        await runner.WaitForExitAsync();
        AssertServersRun(root);

        await MailStackRoot.SweepAsync();

        Assert.False(Directory.Exists(root));
        Assert.True(FindProcesses(root) is [], Describe(root));
    }

    /// <summary>What the second runner does. Explicit: it waits for its end.</summary>
    [Fact(Explicit = true)]
    public async Task Stack_that_waits_to_be_killed()
    {
        MailStackRoot root = await MailStackRoot.CreateAsync();
        SlapdServer slapd = await SlapdServer.StartAsync(root);
        DovecotServer dovecot = await DovecotServer.StartAsync(root, new() { Slapd = slapd });
        await PostfixServer.StartAsync(root, new() { SaslPath = dovecot.SaslSocket });
        await File.WriteAllTextAsync(report, $"{root.Directory}\n");

        // Ends with the first runner, should that one be killed while it waits for this one.
        await Console.In.ReadToEndAsync();
    }

    private async Task<string> StartRunnerAsync()
    {
        string assembly = typeof(KilledRunnerTests).Assembly.Location;
        string host = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [assembly] : [];
        ProcessStartInfo start = new(host,
            [.. program, "-explicit", "only", "-method", $"{typeof(KilledRunnerTests).FullName}.{nameof(Stack_that_waits_to_be_killed)}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[ReportVariable] = report;
        start.Environment[MailStackRoot.KeepVariable] = "";
        runner = Process.Start(start)!;
        await Wait.UntilAsync(
            () => new FileInfo(report).Length > 0 || runner.HasExited, "the second runner has its stack", TimeSpan.FromSeconds(60));
        return runner.HasExited
            ? throw new InvalidOperationException(await runner.StandardOutput.ReadToEndAsync())
            : (await File.ReadAllTextAsync(report)).Trim();
    }

    private static void AssertServersRun(string root)
    {
        string running = Describe(root);
        Assert.All(["/usr/sbin/slapd", "/usr/sbin/dovecot", "/usr/lib/postfix/sbin/master"], server => Assert.Contains(server, running, StringComparison.Ordinal));
    }

    /// <summary>All that run in the directory, or have it in their arguments or environment, as all of Postfix and Dovecot do.</summary>
    private static List<int> FindProcesses(string root) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!))
            .Where(id => ReadProc(id, "cmdline").Contains(root, StringComparison.Ordinal)
                || ReadProc(id, "environ").Contains(root, StringComparison.Ordinal)
                || new FileInfo($"/proc/{id}/cwd").LinkTarget?.StartsWith(root, StringComparison.Ordinal) == true)];

    private static string Describe(string root) =>
        string.Join('\n', FindProcesses(root).Select(id => $"{id} {ReadProc(id, "cmdline").Replace('\0', ' ')}"));

    private static string ReadProc(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
