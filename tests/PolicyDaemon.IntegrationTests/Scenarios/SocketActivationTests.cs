using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Sockets that somebody else opens and holds, as systemd does, and what the daemon tells systemd.</summary>
public sealed class SocketActivationTests : StackTests
{
    private static readonly DaemonOptions Activated = new() { IsSocketActivated = true };

    private string Directory => Root.PathOf("policydaemon");

    private string Policy => Path.Combine(Directory, "policy.sock");

    [Fact]
    public async Task Sockets_that_are_handed_over_are_used_left_alone_and_used_again()
    {
        DaemonProcess daemon = await DaemonProcess.StartAsync(Root, Configuration().ToJsonString(), Activated);
        File.SetUnixFileMode(Policy, (UnixFileMode)0b110_000_000);
        foreach (string _ in (string[])["first", "after a restart"])
        {
            Assert.Equal("action=DUNNO", await AskAsync());
            Assert.StartsWith("VERSION\t1\t", await HearAsync("login.sock"), StringComparison.Ordinal);
            Assert.StartsWith("VERSION\t1\t", await HearAsync("userdb.sock"), StringComparison.Ordinal);
            Assert.Contains("policydaemon 0.", (await daemon.RunAsync(["status"])).Output, StringComparison.Ordinal);

            await daemon.StopAsync();
            Assert.Equal(0, daemon.ExitCode);
            foreach (string name in (string[])["policy.sock", "login.sock", "userdb.sock", "admin.sock"]) Assert.True(File.Exists(Path.Combine(Directory, name)), name);
            Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(Policy));

            // Nobody is there, and nobody notices: the question waits.
            Task<string> waiting = AskAsync();
            await daemon.StartAsync();
            Assert.Equal("action=DUNNO", await waiting);
        }

        foreach (string protocol in (string[])["policy", "sasl", "userdb", "admin"])
            Assert.Matches($"listening protocol={protocol} .* opened_by=\"service manager\"", daemon.Log.Tail(1000));
    }

    [Fact]
    public async Task Socket_of_real_systemd_is_used_and_the_others_are_the_daemons_own()
    {
        DaemonProcess daemon = await DaemonProcess.StartAsync(Root, Configuration().ToJsonString(), ActivatedBySystemd(Policy));

        Assert.Equal("action=DUNNO", await AskAsync());
        Assert.Matches("listening protocol=policy .* opened_by=\"service manager\"", daemon.Log.Tail());
        Assert.Matches("listening protocol=sasl .* opened_by=daemon", daemon.Log.Tail());
        await daemon.StopAsync();
        Assert.True(File.Exists(Policy));
        Assert.False(File.Exists(Path.Combine(Directory, "login.sock")));
    }

    [Fact]
    public async Task Socket_that_listen_does_not_name_ends_the_start()
    {
        string other = Path.Combine(Directory, "other.sock");
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => DaemonProcess.StartAsync(Root, Configuration().ToJsonString(), ActivatedBySystemd(other, Policy)));

        Assert.Contains("ended with 1 instead", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"the service manager hands over unix:{other}, which listen does not name", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_manager_hears_of_start_reload_mistake_and_stop()
    {
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(Root.PathOf("notify")));
        manager.ReceiveTimeout = (int)Wait.DefaultLimit.TotalMilliseconds;
        DaemonProcess daemon = await DaemonProcess.StartAsync(Root, Configuration().ToJsonString(), new()
        {
            Environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = Root.PathOf("notify"), ["WATCHDOG_USEC"] = "200000" },
        });
        Assert.StartsWith("READY=1\nSTATUS=policydaemon 0.", Hear(manager), StringComparison.Ordinal);

        daemon.Reload(Configuration().ToJsonString());
        Assert.StartsWith("RELOADING=1\nMONOTONIC_USEC=", Hear(manager), StringComparison.Ordinal);
        Assert.Equal("READY=1\nSTATUS=the configuration was read again", Hear(manager));
        JsonObject mistaken = Configuration();
        mistaken["nonsense"] = true;
        daemon.Reload(mistaken.ToJsonString());
        Assert.StartsWith("RELOADING=1\n", Hear(manager), StringComparison.Ordinal);
        Assert.Equal("READY=1\nSTATUS=the configuration has errors: the former one stays in force", Hear(manager));

        Assert.Equal("WATCHDOG=1", Hear(manager, withWatchdog: true));
        await daemon.StopAsync();
        Assert.StartsWith("STOPPING=1\n", Hear(manager), StringComparison.Ordinal);
    }

    private static DaemonOptions ActivatedBySystemd(params string[] sockets) => new()
    {
        Launcher = ["systemd-socket-activate", .. sockets.Select(socket => $"--listen={socket}"), $"--fdname={string.Join(':', sockets.Select(_ => "policydaemon-postfix.socket"))}"],
    };

    private static string Hear(Socket manager, bool withWatchdog = false)
    {
        byte[] buffer = new byte[1000];
        while (true)
        {
            string heard = Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer));
            if (withWatchdog || heard != "WATCHDOG=1") return heard;
        }
    }

    private async Task<string> AskAsync()
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(Policy));
        await dialog.SendRawAsync("request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nsender=\nrecipient=x@example.org\n\n");
        return await dialog.ReadUntilAsync("action=");
    }

    private async Task<string> HearAsync(string socket)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(Path.Combine(Directory, socket)));
        return (await dialog.ReadLineAsync())!;
    }

    private JsonObject Configuration() => new()
    {
        ["node"] = "mx1",
        ["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{Policy}"),
            ["sasl"] = new JsonArray($"unix:{Path.Combine(Directory, "login.sock")}"),
            ["userdb"] = new JsonArray($"unix:{Path.Combine(Directory, "userdb.sock")}"),
            ["admin"] = $"unix:{Path.Combine(Directory, "admin.sock")}",
        },
        ["userdb"] = new JsonObject { ["uid"] = 5000, ["gid"] = 5000, ["home"] = "/var/vmail/{domain}/{local}", ["mail"] = "maildir:~/Maildir" },
        ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = Path.Combine(Directory, "policydaemon.db") } },
    };
}
