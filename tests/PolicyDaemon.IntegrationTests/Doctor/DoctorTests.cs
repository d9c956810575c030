using PolicyDaemon.Doctor;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postfix;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Doctor;

/// <summary>The doctor with a real postconf, id and stat, on a real Postfix configuration made of the shipped snippets.</summary>
public sealed class DoctorTests : StackTests
{
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();
    private PostfixServer postfix = null!;
    private string socketDirectory = "";

    [Theory]
    [InlineData("3.7"), InlineData("3.10")]
    public async Task Shipped_snippets_and_a_listening_daemon_leave_nothing_to_find(string version)
    {
        using PolicyServerStub daemon = await ListenAsync(version);

        Assert.True(DoctorCommand.NothingFound == await RunAsync(), $"{output}{error}");
    }

    [Fact]
    public async Task Closed_socket_directory_is_found_and_the_line_in_the_report_opens_it()
    {
        using PolicyServerStub daemon = await ListenAsync();
        await ShellAsync($"chgrp root {socketDirectory} && chmod 0700 {socketDirectory}");

        Finding finding = await FindAsync("socket-unreachable");
        await ShellAsync(finding.Mend.Lines[0]);

        Assert.Equal(DoctorCommand.NothingFound, await RunAsync());
    }

    [Fact]
    public async Task Missing_socket_is_found()
    {
        (await ListenAsync()).Dispose();
        File.Delete(Path.Combine(socketDirectory, "policy.sock"));

        Assert.Equal(Path.Combine(socketDirectory, "policy.sock"), (await FindAsync("socket-unreachable")).Where);
    }

    [Fact]
    public async Task Readable_secret_is_found_and_the_line_in_the_report_closes_it()
    {
        using PolicyServerStub daemon = await ListenAsync();
        string secret = Root.PathOf("ldap.password");
        await File.WriteAllTextAsync(secret, "x", TestContext.Current.CancellationToken);
        await ShellAsync($"chmod 0644 {secret}");

        Finding finding = await FindAsync("secret-readable", secret);
        await ShellAsync(finding.Mend.Lines[0]);

        Assert.Equal(DoctorCommand.NothingFound, await RunAsync(secret));
    }

    [Fact]
    public async Task Permissive_default_action_is_found_and_postconf_accepts_the_line_in_the_report()
    {
        using PolicyServerStub daemon = await ListenAsync();
        await postfix.SetAsync("policydaemon_smtp", "{ $policydaemon_endpoint, timeout=5s, default_action=DUNNO }");

        Finding finding = await FindAsync("default-action");
        string[] line = finding.Mend.Lines[0].Split(" = ", 2);
        await postfix.SetAsync(line[0], line[1]);

        Assert.Equal(DoctorCommand.NothingFound, await RunAsync());
    }

    [Fact]
    public async Task Unreadable_configuration_cannot_be_judged()
    {
        DoctorOptions options = new() { PolicyEndpoints = [], Deadline = TimeSpan.FromSeconds(3), PostfixConfigurationDirectory = Root.PathOf("nowhere") };

        Assert.Equal(DoctorCommand.CannotTell, await new DoctorCommand().RunAsync(options, output, error, TestContext.Current.CancellationToken));
        Assert.StartsWith("policydaemon: postconf -c ", error.ToString(), StringComparison.Ordinal);
    }

    private async Task<PolicyServerStub> ListenAsync(string version = "3.7")
    {
        postfix = await PostfixServer.StartAsync(Root, await PostfixSnippets.ForAsync(version, Root.PathOf("no-sasl-is-asked")));
        socketDirectory = postfix.MakeSocketDirectory(PostfixSnippets.SocketDirectory);
        return new PolicyServerStub(Path.Combine(socketDirectory, "policy.sock"));
    }

    private async Task<int> RunAsync(params string[] secrets)
    {
        output.GetStringBuilder().Clear();
        return await new DoctorCommand(RunOfPostfixAsync).RunAsync(OptionsWith(secrets), output, error, TestContext.Current.CancellationToken);
    }

    /// <summary>The only finding above a note, as the command sees it too. The stack itself speaks XCLIENT and sendmail(1).</summary>
    private async Task<Finding> FindAsync(string id, params string[] secrets)
    {
        Assert.Equal(DoctorCommand.Found, await RunAsync(secrets));
        Installation installation = await new InstallationReader(RunOfPostfixAsync).ReadAsync(OptionsWith(secrets), TestContext.Current.CancellationToken);
        Finding finding = Assert.Single(Diagnoses.Examine(installation), finding => finding.Severity > Severity.Note);
        Assert.Equal(id, finding.Id);
        return finding;
    }

    private DoctorOptions OptionsWith(string[] secrets) => new()
    {
        PolicyEndpoints = [$"unix:{socketDirectory}/policy.sock"],
        Deadline = TimeSpan.FromSeconds(3),
        SecretFiles = secrets,
        PostfixConfigurationDirectory = postfix.ConfigurationDirectory,
    };

    /// <summary>postconf is that of the Postfix under test, which may be another Debian's; this machine's own Dovecot has no part in it.</summary>
    private async Task<CommandOutput> RunOfPostfixAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        program == "postconf"
            ? new CommandOutput(0, await postfix.RunPostconfAsync([.. arguments.Skip(2)]), "")
            : program == "doveconf" ? new CommandOutput(1, "", "")
            : await SystemCommand.RunAsync(program, arguments, cancellationToken);

    private static async Task ShellAsync(string line)
    {
        CommandOutput result = await SystemCommand.RunAsync("sh", ["-c", line], TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }
}
