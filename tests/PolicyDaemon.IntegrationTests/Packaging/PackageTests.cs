using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.IntegrationTests.Packaging.InstalledMailSystem;

namespace PolicyDaemon.IntegrationTests.Packaging;

/// <summary>The package on a fresh Debian, under its own systemd with the whole sandbox: it comes, does its work, is renewed and goes without a trace.</summary>
public sealed class PackageTests
{
    /// <summary>What dpkg, the account tools, systemd and the mail system write for themselves.</summary>
    private static readonly string[] Records =
    [
        "/var/lib/dpkg", "/var/cache", "/var/log", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-", "/etc/.pwd.lock",
        "/var/spool/postfix", "/var/lib/postfix", "/var/lib/dovecot", "/var/mail", "/var/tmp", "/var/lib/systemd/catalog", "/etc/machine-id",
    ];

    [Theory]
    [InlineData("bookworm", "3.7")]
    [InlineData("trixie", "3.10")]
    public async Task Package_comes_refuses_whom_it_is_told_to_is_renewed_and_goes_without_a_trace(string suite, string postfix)
    {
        await using DebianMachine machine = await DebianMachine.StartAsync(suite);
        FileListing before = await machine.ListFilesAsync();
        await DebianPackage.InstallAsync(machine);
        await AssertRunsAsync(machine, "0.");
        Assert.DoesNotContain((await machine.ListFilesAsync()).ChangesSince(before, Records), change => change.Contains(" /etc/postfix", StringComparison.Ordinal) || change.Contains(" /etc/dovecot", StringComparison.Ordinal));

        await SetUpAsync(machine, postfix);
        await AssertToggleAsync(machine);
        await AssertUpgradeAsync(machine);

        await UndoAsync(machine);
        (await machine.RunAsync("dpkg", "--remove", "policydaemon")).EnsureSuccess();
        Assert.True(File.Exists(machine.PathOf("/etc/policydaemon/policydaemon.json")));
        Assert.True(File.Exists(machine.PathOf("/var/lib/policydaemon/policydaemon.db")));
        (await machine.RunAsync("dpkg", "--purge", "policydaemon")).EnsureSuccess();

        Assert.Empty((await machine.ListFilesAsync()).ChangesSince(before, Records));
        Assert.False(Directory.Exists(machine.PathOf("/var/spool/postfix/policydaemon")));
        Assert.False(Directory.Exists(machine.PathOf("/run/policydaemon")));
        Assert.Equal("", (await machine.RunAsync("systemctl", "list-units", "--all", "--plain", "--no-legend", "policydaemon*")).Output);
    }

    private static async Task AssertRunsAsync(DebianMachine machine, string version)
    {
        CommandResult status = await machine.RunAsync("policydaemon", "status");
        Assert.True(status.ExitCode == 0, $"{status.Output}{status.Error}{await machine.JournalAsync()}");
        Assert.Contains($"policydaemon {version}", status.Output, StringComparison.Ordinal);
        Assert.Equal("active\n", (await machine.RunAsync("systemctl", "is-active", "policydaemon")).Output);
    }

    private static async Task AssertToggleAsync(DebianMachine machine)
    {
        await using SmtpDialog alice = await LogInAsync(machine);
        Assert.Equal(250, (await alice.SubmitAsync(Alice, Bob)).Code);
        await Wait.UntilAsync(() => File.Exists(machine.PathOf("/var/mail/bob")), "the message has arrived");

        (await machine.RunAsync("policydaemon", "account", "set", Alice, "--send-allowed", "false")).EnsureSuccess();
        Assert.Contains("554 5.7.1", (await alice.SubmitAsync(Alice, Bob)).Text, StringComparison.Ordinal);
    }

    /// <summary>The configuration and the accounts stay, the sockets too, and the new program answers.</summary>
    private static async Task AssertUpgradeAsync(DebianMachine machine)
    {
        string configuration = await File.ReadAllTextAsync(machine.PathOf("/etc/policydaemon/policydaemon.json"));
        string former = (await machine.RunAsync("systemctl", "show", "--property=MainPID", "policydaemon")).Output;
        await DebianPackage.UpgradeAsync(machine);

        Assert.NotEqual(former, (await machine.RunAsync("systemctl", "show", "--property=MainPID", "policydaemon")).Output);
        Assert.Equal(configuration, await File.ReadAllTextAsync(machine.PathOf("/etc/policydaemon/policydaemon.json")));
        await AssertRunsAsync(machine, "0.");
        await using SmtpDialog alice = await LogInAsync(machine);
        Assert.Contains("554 5.7.1", (await alice.SubmitAsync(Alice, Bob)).Text, StringComparison.Ordinal);
    }
}
