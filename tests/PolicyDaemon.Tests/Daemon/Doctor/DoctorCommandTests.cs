using System.Text.Json;
using PolicyDaemon.Doctor;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

/// <summary>The command without a Postfix: what postconf(1), id(1) and stat(1) would print is given.</summary>
public sealed class DoctorCommandTests
{
    private const string Sock = "/var/spool/postfix/policydaemon/policy.sock";
    private const string Asking = "check_policy_service { unix:policydaemon/policy.sock, timeout=5s }";
    private const string Good = $"""
        smtpd_recipient_restrictions = {Asking}
        smtpd_data_restrictions = {Asking}
        smtpd_end_of_data_restrictions = {Asking}
        """;

    private readonly Dictionary<string, string> printed = new()
    {
        ["postconf -n"] = Good,
        ["postconf -M"] = "smtp inet n - y - - smtpd",
        ["postconf -d"] = "queue_directory = /var/spool/postfix\nmail_owner = postfix\nsmtpd_delay_reject = yes\nsmtpd_policy_service_default_action = 451 4.3.5 x",
        ["id -u -- postfix"] = "101\n",
        ["id -G -- postfix"] = "103 8\n",
        [$"stat {Sock}"] = "c1b0 900 103 policydaemon postfix\n",
    };

    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    [Fact]
    public async Task Nothing_found_exits_0()
    {
        Assert.Equal(DoctorCommand.NothingFound, await RunAsync());
        Assert.Equal("Nothing found: Postfix asks the daemon at RCPT, DATA and END-OF-MESSAGE.\n", output.ToString());
    }

    [Fact]
    public async Task A_finding_exits_1_and_is_told_with_the_line_that_mends_it()
    {
        printed["postconf -n"] = Good.Replace("smtpd_data_restrictions", "x", StringComparison.Ordinal);

        Assert.Equal(DoctorCommand.Found, await RunAsync());
        Assert.Equal($$"""
            error     stage-not-asked  smtp/inet
              what    the daemon is not asked at DATA
              why     "RCPT TO:<postmaster>" skips all lists before DATA, and a block set after RCPT is not seen
              seen    default: smtpd_data_restrictions =
              mend    in master.cf, below smtp/inet
                        -o { smtpd_data_restrictions = {{Asking}} }

            error: 1

            """, output.ToString());
    }

    [Fact]
    public async Task Notes_alone_exit_0()
    {
        printed["postconf -n"] = Good.Replace("timeout=5s", "timeout=60s", StringComparison.Ordinal);

        Assert.Equal(DoctorCommand.NothingFound, await RunAsync());
        Assert.Contains("note      policy-timeout  smtp/inet", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_exits_2()
    {
        printed.Remove($"stat {Sock}");

        Assert.Equal(DoctorCommand.CannotTell, await RunAsync());
        Assert.Contains("undecided socket-unreachable", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postconf -M", "postconf -M: fatal: no such thing")]
    [InlineData("id -u -- postfix", "there is no user postfix, Postfix's mail_owner")]
    public async Task A_program_that_fails_exits_2_and_says_which(string command, string message)
    {
        printed.Remove(command);

        Assert.Equal(DoctorCommand.CannotTell, await RunAsync());
        Assert.Equal($"policydaemon: {message}\n", error.ToString());
    }

    [Fact]
    public async Task A_configuration_without_smtpd_exits_2()
    {
        printed["postconf -M"] = "pickup unix n - y 60 1 pickup";

        Assert.Equal(DoctorCommand.CannotTell, await RunAsync());
    }

    [Fact]
    public async Task Another_configuration_directory_is_passed_on()
    {
        foreach (string selection in (string[])["-n", "-M", "-d"]) printed[$"postconf -c /etc/postfix-out {selection}"] = printed[$"postconf {selection}"];
        foreach (string selection in (string[])["-n", "-M", "-d"]) printed.Remove($"postconf {selection}");

        Assert.Equal(DoctorCommand.NothingFound, await RunAsync(options => options with { PostfixConfigurationDirectory = "/etc/postfix-out" }));
    }

    [Fact]
    public async Task Findings_that_change_one_line_are_to_be_mended_one_after_the_other()
    {
        printed["postconf -n"] = Good.Replace("timeout=5s }", "timeout=100s, default_action=DUNNO }", StringComparison.Ordinal);

        Assert.Equal(DoctorCommand.Found, await RunAsync());
        Assert.EndsWith("\nerror: 1, note: 1\nSome of them change the same line: mend from the top, and run it again.\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_says_the_same()
    {
        printed["postconf -n"] = Good.Replace("smtpd_data_restrictions", "x", StringComparison.Ordinal);

        Assert.Equal(DoctorCommand.Found, await RunAsync(options => options with { IsJson = true }));
        JsonElement finding = Assert.Single(JsonDocument.Parse(output.ToString()).RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal("stage-not-asked", finding.GetProperty("id").GetString());
        Assert.Equal("error", finding.GetProperty("severity").GetString());
        Assert.Equal($"-o {{ smtpd_data_restrictions = {Asking} }}", finding.GetProperty("mend").GetProperty("lines")[0].GetString());
    }

    [Fact]
    public async Task Queue_is_looked_at_with_the_groups_that_the_unit_gives_the_daemon()
    {
        printed["id -u -- policydaemon"] = "900\n";
        printed["id -G -- policydaemon"] = "900\n";
        printed["stat /var/spool/postfix/public"] = "41c8 101 115 postfix postdrop\n";
        printed["stat /var/spool/postfix/public/showq"] = "c1b6 101 115 postfix postdrop\n";
        Func<DoctorOptions, DoctorOptions> watch = options => options with { Own = new() { WatchesQueue = true } };

        Assert.Equal(DoctorCommand.Found, await RunAsync(watch));
        Assert.Contains("error     queue-unreadable  /var/spool/postfix/public\n", output.ToString(), StringComparison.Ordinal);

        printed["systemctl show --property=SupplementaryGroups --value policydaemon"] = "postdrop\n";
        printed["getent group postdrop"] = "postdrop:x:115:\n";
        Assert.Equal(DoctorCommand.NothingFound, await RunAsync(watch));
    }

    [Fact]
    public async Task Dovecot_is_asked_what_it_is_set_to()
    {
        printed["doveconf -n"] = "# 2.4.1-4 (7d8c0e5759): /etc/dovecot/dovecot.conf\nauth_cache_size = 10M\n";

        Assert.Equal(DoctorCommand.Found, await RunAsync(options => options with { Own = new() { IsAskedByDovecot = true } }));
        Assert.Contains("warning   dovecot-auth-cache  dovecot\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_system_of_the_store_is_asked_of_stat()
    {
        printed["stat -f /mnt/store.db"] = "nfs\n";
        printed["stat /mnt/store.db"] = "8180 900 900 policydaemon policydaemon\n";

        Assert.Equal(DoctorCommand.Found, await RunAsync(options => options with { Own = new() { Database = "/mnt/store.db" } }));
        Assert.Contains("error     state-on-network  /mnt/store.db\n", output.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(Func<DoctorOptions, DoctorOptions>? change = null)
    {
        output.GetStringBuilder().Clear();
        DoctorOptions options = new() { PolicyEndpoints = [$"unix:{Sock}"], Deadline = TimeSpan.FromSeconds(3) };
        return new DoctorCommand(Print).RunAsync(change is null ? options : change(options), output, error, TestContext.Current.CancellationToken);
    }

    /// <summary>Directories are open to all; of a file that is not given stat(1) says that it may not look.</summary>
    private Task<CommandOutput> Print(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        string command = program == "stat" ? $"stat {(arguments[0] == "--file-system" ? "-f " : "")}{arguments[^1]}" : $"{program} {string.Join(' ', arguments)}";
        return Task.FromResult(printed.TryGetValue(command, out string? text) ? new CommandOutput(0, text, "")
            : program == "stat" && arguments[0] != "--file-system" && !command.EndsWith(".sock", StringComparison.Ordinal) ? new CommandOutput(0, "41ed 0 0 root root", "")
            : new CommandOutput(1, "", program == "stat" ? "stat: cannot statx: Permission denied" : "fatal: no such thing"));
    }
}
