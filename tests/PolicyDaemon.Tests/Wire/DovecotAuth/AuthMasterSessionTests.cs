using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Wire.DovecotAuth;
using Xunit;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

public sealed class AuthMasterSessionTests
{
    private static readonly string Dialogs = Path.Combine(Checkout.Directory, "tests", "PolicyDaemon.Tests", "Wire", "DovecotAuth", "MasterDialogs");

    private readonly ManualClock clock = new();
    private readonly RecordingSessionLog log = new();
    private readonly AuthInstance instance;

    public AuthMasterSessionTests() => instance = new(clock);

    public static TheoryData<string> DialogNames => [.. Directory.GetFiles(Dialogs).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(DialogNames))]
    public async Task Dialog_is_as_written(string name)
    {
        using var session = Connect(new TestUserdb(), out var peer, out _);
        await new DialogRunner(peer, "\n").PlayAsync(Path.Combine(Dialogs, name));
        Assert.Empty(log.Faults);
    }

    /// <summary>Dovecot compares it with that of the login, and refuses the login when it differs.</summary>
    [Fact]
    public async Task Server_id_is_that_of_the_login()
    {
        using var session = Connect(new TestUserdb(), out var peer, out _);
        Assert.Equal($"VERSION\t1\t1\nSPID\t{instance.ServerId}\n", await ReceiveAsync(peer));
    }

    [Fact]
    public async Task Mail_process_is_told_once_who_logged_in()
    {
        instance.Logins.Remember(new LoginKey(15074, 1, "e222b572eb3f64e7cbd7dbd5280cb7e2"), "carol@truenorth.local");
        using var session = Connect(new TestUserdb(), out var peer, out _);
        await SendAsync(peer, "VERSION\t1\t1\nREQUEST\t895877121\t15074\t1\te222b572eb3f64e7cbd7dbd5280cb7e2\tsession_pid=15083\trequest_auth_token\n");
        await SendAsync(peer, "REQUEST\t2\t15074\t1\te222b572eb3f64e7cbd7dbd5280cb7e2\n");
        Assert.EndsWith(
            "USER\t895877121\tcarol@truenorth.local\tuid=5000\tgid=5001\thome=/var/vmail/carol home\nFAIL\t2\n",
            await ReceiveAsync(peer),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unavailable", "FAIL")]
    [InlineData("nobody", "NOTFOUND")]
    public async Task Mailbox_that_cannot_be_had_after_a_login_is_not_made_up(string user, string reply)
    {
        instance.Logins.Remember(new LoginKey(1, 1, "c"), user);
        using var session = Connect(new TestUserdb(), out var peer, out _);
        await SendAsync(peer, "VERSION\t1\t1\nREQUEST\t2\t1\t1\tc\n");
        Assert.EndsWith($"\n{reply}\t2\n", await ReceiveAsync(peer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_that_breaks_off_says_so()
    {
        using var session = Connect(new TestUserdb { IsCut = true }, out var peer, out _);
        await SendAsync(peer, "VERSION\t1\t0\nLIST\t1\tuser=*\n");
        Assert.EndsWith("LIST\t1\tbob@truenorth.local\nLIST\t1\tcarol@truenorth.local\nDONE\t1\tfail\n", await ReceiveAsync(peer), StringComparison.Ordinal);
    }

    /// <summary>Fifty thousand users are sent as they are read, never heaped up.</summary>
    [Fact]
    public async Task Long_list_is_sent_as_fast_as_the_peer_takes_it()
    {
        using var session = Connect(new TestUserdb { More = 50_000 }, out var peer, out _, pauseBytes: 4096);
        await SendAsync(peer, "VERSION\t1\t0\nLIST\t1\tuser=user*\n");
        var lines = 0;
        var last = "";
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (!last.EndsWith("DONE\t1\n", StringComparison.Ordinal))
        {
            var read = await peer.Input.ReadAsync(limit.Token);
            Assert.InRange(read.Buffer.Length, 0, 3 * AuthLimits.MaxUnsentBytes);
            last = Encoding.UTF8.GetString(read.Buffer.ToArray());
            lines += last.Count(character => character == '\n');
            peer.Input.AdvanceTo(read.Buffer.End);
        }

        Assert.Equal(2 + 50_000 + 1, lines);
    }

    [Fact]
    public async Task List_for_a_peer_that_is_gone_is_given_up()
    {
        using var session = Connect(new TestUserdb { More = int.MaxValue }, out var peer, out var running, pauseBytes: 4096);
        await SendAsync(peer, "VERSION\t1\t0\nLIST\t1\tuser=*\n");
        await peer.Input.CompleteAsync();
        await peer.Output.CompleteAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(log.Faults);
    }

    [Fact]
    public async Task Own_mistake_is_reported_and_ends_the_connection_without_reply()
    {
        using var session = Connect(new TestUserdb(), out var peer, out var running);
        _ = await ReceiveAsync(peer);
        await SendAsync(peer, "VERSION\t1\t0\nUSER\t1\tbroken\n");
        await running.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("ours", Assert.Single(log.Faults).Message);
    }

    private AuthMasterSession Connect(TestUserdb userdb, out IDuplexPipe peer, out Task running, int pauseBytes = 1 << 20)
    {
        PipePair pair = new(pauseBytes);
        peer = pair.Peer;
        AuthMasterSession session = new(pair.Session, "unix:test", instance, () => userdb, users => users.Count, log, clock);
        running = session.RunAsync(CancellationToken.None);
        return session;
    }

    private static async Task SendAsync(IDuplexPipe peer, string text) => await peer.Output.WriteAsync(Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReceiveAsync(IDuplexPipe peer)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        var read = await peer.Input.ReadAsync(limit.Token);
        var text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        peer.Input.AdvanceTo(read.Buffer.End);
        return text;
    }
}
