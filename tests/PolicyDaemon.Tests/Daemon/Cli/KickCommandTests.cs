using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Cli;
using PolicyDaemon.Doctor;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary><c>kick</c>, and <c>account set</c> and <c>account remove</c> that end sessions; what doveadm really does is for real servers.</summary>
public sealed class KickCommandTests : IDisposable
{
    private readonly CommandRun run = new() { ProgramResult = new CommandOutput(0, "kicked connections from the following users:\nalice \n", "") };

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Account_is_kicked_under_every_name_it_may_have_logged_in_with()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("kick ALICE --dovecot-config /etc/dovecot/other.conf"));

        Assert.Equal(["doveadm -c /etc/dovecot/other.conf kick -- alice", "doveadm -c /etc/dovecot/other.conf kick -- alice@truenorth.local"], run.Programs);
        Assert.StartsWith("doveadm kick alice: kicked connections from the following users: alice\ndoveadm kick alice@truenorth.local: ", run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Who_is_in_no_directory_is_kicked_all_the_same()
    {
        run.ProgramResult = new CommandOutput(68, "no users kicked\n", "");
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("kick gone@truenorth.local"));
        Assert.Equal("doveadm kick gone@truenorth.local: no users kicked\n", run.Output);
    }

    [Theory]
    [InlineData("*", "mask")]
    [InlineData("a?ice@truenorth.local", "mask")]
    [InlineData("192.0.2.7", "address")]
    [InlineData("192.0.2.0/24", "address")]
    [InlineData("::/0", "address")]
    [InlineData("12345", "address")]
    public async Task Name_that_doveadm_would_take_for_many_is_refused(string login, string what)
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("kick", login));
        Assert.Contains($"doveadm would take this name for a{(what == "mask" ? " " : "n ")}{what}", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Programs);
    }

    [Fact]
    public async Task Doveadm_that_fails_or_is_not_there_is_told()
    {
        run.ProgramResult = new CommandOutput(75, "", "doveadm(root): Error: net_connect_unix(/run/dovecot/anvil) failed: No such file or directory\n");
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("kick gone"));
        Assert.Equal("policydaemon: doveadm kick gone: doveadm(root): Error: net_connect_unix(/run/dovecot/anvil) failed: No such file or directory (exit status 75)\n", run.Error);

        run.ProgramFault = new InstallationException("cannot run doveadm: No such file or directory");
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("kick gone"));
        Assert.Equal("policydaemon: doveadm kick gone: cannot run doveadm: No such file or directory\n", run.Error);
    }

    [Theory]
    [InlineData("account set bob@truenorth.local --password", true)]
    [InlineData("account set bob@truenorth.local --enabled false", true)]
    [InlineData("account set bob@truenorth.local --status offboarded", true)]
    [InlineData("account set bob@truenorth.local --status unknown", true)]
    [InlineData("account remove bob@truenorth.local", true)]
    [InlineData("account set bob@truenorth.local --status disabled", false)]
    [InlineData("account set bob@truenorth.local --send-allowed false --enabled true", false)]
    public async Task Change_that_takes_the_login_away_says_the_line_or_ends_the_sessions(string line, bool isLoginLost)
    {
        await AddBobAsync();
        Assert.Equal(ExitStatus.Yes, await run.RunAsync(line));
        Assert.Equal(isLoginLost, run.Output.EndsWith("sessions that are open stay open until: policydaemon kick bob@truenorth.local\n", StringComparison.Ordinal));
        Assert.Empty(run.Programs);

        await AddBobAsync();
        Assert.Equal(ExitStatus.Yes, await run.RunAsync($"{line} --kick"));
        Assert.Equal(isLoginLost ? ["doveadm kick -- bob@truenorth.local"] : [], run.Programs);

        await AddBobAsync();
        run.Programs.Clear();
        Assert.Equal(ExitStatus.Yes, await run.RunAsync($"{line} --json --directory.kick true"));
        Assert.Equal(isLoginLost ? ["doveadm kick -- bob@truenorth.local"] : [], run.Programs);
        using var whole = System.Text.Json.JsonDocument.Parse(run.Output);
    }

    [Fact]
    public async Task Change_that_failed_kicks_nobody()
    {
        await AddBobAsync();
        Assert.Equal(ExitStatus.No, await run.RunAsync("account remove nobody@truenorth.local --kick"));
        Assert.Empty(run.Programs);
    }

    private async Task AddBobAsync()
    {
        run.Daemon.Database ??= SqliteDatabase.OpenOrCreate(run.DatabasePath);
        run.Input = "bob-pw\n";
        await run.RunAsync("domain add truenorth.local");
        await run.RunAsync("account add bob@truenorth.local --scheme SSHA512");
        run.Input = "new-pw\n";
    }
}
