using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Cli;

/// <summary>
/// Mail that a real Postfix has accepted and not delivered, held and released by the built program, which runs in the Debian of that Postfix.
/// No daemon runs. The Postfix is not the default instance of its system.
/// </summary>
public sealed class QueueCommandTests : StackTests
{
    private DebianSystem system = null!;
    private PostfixServer postfix = null!;

    [Theory]
    [InlineData("3.7")]
    [InlineData("3.10")]
    public async Task Deferred_mail_of_a_login_stays_when_it_is_held_and_goes_when_it_is_released(string version)
    {
        // Nobody listens there, and when it was tried it is not tried again soon.
        await StartAsync(version, "default_transport = smtp:[127.0.0.1]:1\nminimal_backoff_time = 1h\nmaximal_backoff_time = 1h");
        await SubmitAsync("alice", "one@elsewhere.example", "two@elsewhere.example");
        await SubmitAsync("bob", "three@elsewhere.example");
        await WaitForQueueAsync("deferred", 3);

        Assert.Equal(2, (await QueueAsync(0, "hold", "--login", "ALICE", "--dry-run")).Length);
        Assert.Equal(0, Count("hold"));
        JsonElement[] held = await QueueAsync(0, "hold", "--login", "ALICE");
        Assert.Equal(["alice", "alice"], held.Select(message => message.GetProperty("login").GetString()));
        Assert.Equal((2, 1), (Count("hold"), Count("deferred")));
        Assert.Empty(await QueueAsync(1, "hold", "--login", "alice"));

        await postfix.SetAsync("default_transport", "discard:");
        await postfix.FlushAsync();
        await postfix.Log.WaitForAsync("to=<three@elsewhere.example>, relay=none, delay");
        Assert.Equal(2, Count("hold"));

        Assert.Empty(await QueueAsync(1, "release", "--login", "alice", "--sender", "bob@truenorth.local"));
        Assert.Equal(2, (await QueueAsync(0, "release", "--login", "alice")).Length);
        await postfix.FlushAsync();
        await postfix.WaitUntilQueueIsEmptyAsync();
        Assert.All((string[])["one", "two", "three"], who => Assert.Matches($@"to=<{who}@elsewhere\.example>, [^\n]*status=sent", postfix.Log.ReadFrom()));
    }

    [Theory]
    [InlineData("3.7")]
    [InlineData("3.10")]
    public async Task Active_and_incoming_mail_is_held_while_the_next_host_hangs(string version)
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await StartAsync(version, $"""
            default_transport = smtp:[127.0.0.1]:{((IPEndPoint)silent.LocalEndpoint).Port}
            default_destination_concurrency_limit = 1
            initial_destination_concurrency = 1
            qmgr_message_active_limit = 2
            """);
        await SubmitAsync("bob", "first@elsewhere.example");
        await WaitForQueueAsync("active", 1);
        await SubmitAsync("alice", "one@elsewhere.example", "two@elsewhere.example", "three@elsewhere.example");
        await WaitForQueueAsync("incoming", 2);

        Assert.Equal(["active", "incoming", "incoming"], (await QueueAsync(0, "hold", "--login", "alice")).Select(message => message.GetProperty("queue").GetString()).Order());

        Assert.Equal((1, 0, 3), (Count("active"), Count("incoming"), Count("hold")));
        Assert.DoesNotContain("elsewhere.example>, relay", postfix.Log.ReadFrom(), StringComparison.Ordinal);

        // Postfix goes on with the rest, and takes what is released.
        silent.Stop();
        await postfix.SetAsync("default_transport", "discard:");
        await postfix.FlushAsync();
        await WaitForQueueAsync("active", 0);
        Assert.Equal(3, Count("hold"));
        await QueueAsync(0, "release", "--sender", AddressOf("alice"));
        await postfix.FlushAsync();
        await postfix.WaitUntilQueueIsEmptyAsync();
        Assert.Matches(@"to=<three@elsewhere\.example>, [^\n]*status=sent", postfix.Log.ReadFrom());
    }

    [Fact]
    public async Task Queue_of_a_stopped_postfix_can_be_held_but_only_by_root()
    {
        await StartAsync("3.7", "default_transport = smtp:[127.0.0.1]:1\nminimal_backoff_time = 1h");
        await SubmitAsync("alice", "one@elsewhere.example");
        await WaitForQueueAsync("deferred", 1);
        await postfix.StopAsync();

        CommandResult stranger = await Command.RunAsync("setpriv", ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--", .. Line("hold", ["--login", "alice"])]);
        Assert.Equal((2, "policydaemon: only root may look into Postfix's queue files: run this with sudo\n"), (stranger.ExitCode, stranger.Error));

        // Its log is written by postlogd, which is not there, or by whoever may write the file, as postfix may not.
        string[] line = Line("hold", ["--login", "alice"]);
        CommandResult held = await Command.RunAsync(line[0], line[1..]);
        Assert.Equal((2, 1), (held.ExitCode, Count("hold")));
        Assert.EndsWith("1 message held\n", held.Output, StringComparison.Ordinal);
        Assert.Contains("postsuper: fatal: open logfile", held.Error, StringComparison.Ordinal);
    }

    private async Task StartAsync(string version, string mainCf)
    {
        system = version == "3.10" ? await DebianSystem.GetTrixieAsync() : DebianSystem.Host;
        DovecotServer dovecot = await DovecotServer.StartAsync(Root);
        postfix = await PostfixServer.StartAsync(Root, new() { System = system, SaslPath = dovecot.SaslSocket, MainCf = [mainCf] });
        Root.WriteFile("policydaemon.json", $$"""
            { "listen": { "admin": "unix:{{Root.PathOf("admin.sock")}}" }, "directory": { "sqlite": { "path": "{{Root.PathOf("policydaemon.db")}}" } } }
            """);
    }

    private async Task SubmitAsync(string login, params string[] recipients)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));
        (await dialog.AuthenticateAsync(login, PasswordOf(login))).EnsureSuccess();
        foreach (string recipient in recipients) Assert.Equal(250, (await dialog.SubmitAsync(AddressOf(login), recipient)).Code);
    }

    /// <summary>Runs <c>queue</c> and returns the messages that it shows.</summary>
    private async Task<JsonElement[]> QueueAsync(int status, string what, params string[] arguments)
    {
        string[] line = Line(what, [.. arguments, "--json"]);
        CommandResult result = await Command.RunAsync(line[0], line[1..]);
        Assert.Equal((status, ""), (result.ExitCode, result.Error.Split('\n').FirstOrDefault(said => !said.Contains("no daemon answers", StringComparison.Ordinal), "")));
        return [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("messages").EnumerateArray()];
    }

    private string[] Line(string what, string[] arguments) =>
    [
        .. system.Launcher, new DaemonOptions().Program, "queue", what, .. arguments,
        "--postfix-config", postfix.ConfigurationDirectory, "--config", Root.PathOf("policydaemon.json"),
    ];

    private int Count(string queue) =>
        Directory.EnumerateFiles(Path.Combine(postfix.QueueDirectory, queue), "*", SearchOption.AllDirectories).Count();

    private Task WaitForQueueAsync(string queue, int count) =>
        Wait.UntilAsync(() => Count(queue) == count, $"{count} messages are in {queue}", details: () => postfix.Log.Tail());
}
