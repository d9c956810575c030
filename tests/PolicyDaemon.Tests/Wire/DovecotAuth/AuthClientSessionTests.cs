using System.Globalization;
using System.Text;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Wire.DovecotAuth;
using Xunit;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

public sealed class AuthClientSessionTests
{
    private const string Right = AuthClientPeer.Right;
    private const string Ok = "user=bob@truenorth.local\n";

    private static readonly string Dialogs = Path.Combine(Checkout.Directory, "tests", "PolicyDaemon.Tests", "Wire", "DovecotAuth", "ClientDialogs");

    public static TheoryData<string> DialogNames => [.. Directory.GetFiles(Dialogs).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(DialogNames))]
    public async Task Dialog_is_as_written(string name)
    {
        using AuthClientPeer peer = new();
        await new DialogRunner(peer.Connection, "\n").PlayAsync(Path.Combine(Dialogs, name));
        Assert.Empty(peer.Log.Faults);
    }

    /// <summary>Dovecot waits for ours before it says its own, and Postfix takes a socket without MECH before SPID for another one.</summary>
    [Fact]
    public async Task Handshake_is_sent_whole_before_the_client_says_anything()
    {
        using AuthClientPeer peer = new();
        var handshake = peer.Received();
        Assert.Matches("^VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t[1-9][0-9]*\nCUID\t1\nCOOKIE\t[0-9a-f]{32}\nDONE\n$", handshake);
        peer.Stop();
        await peer.WaitForEndAsync();
    }

    [Fact]
    public void Server_id_is_one_for_all_connections_and_cookie_and_connection_id_are_not()
    {
        AuthInstance instance = new(new ManualClock());
        using AuthClientPeer one = new(instance: instance);
        using AuthClientPeer other = new(instance: instance);
        var (first, second) = (one.Received().Split('\n'), other.Received().Split('\n'));
        Assert.Equal(first[3], second[3]);
        Assert.NotEqual(first[4], second[4]);
        Assert.NotEqual(first[5], second[5]);
    }

    [Fact]
    public async Task Request_has_everything_that_the_client_said()
    {
        List<AuthenticationRequest> requests = [];
        var (peer, _) = await AuthClientPeer.GreetAsync((request, _) =>
        {
            requests.Add(request with { Password = new Password(request.Password.Octets) });
            return ValueTask.FromResult(AuthenticationAnswer.Refused(Reason.PasswordWrong));
        });
        using var owned = peer;
        var message = Convert.ToBase64String("alice\0bob\0p\u00e4ss\tw\u00f6rd%\0"u8);
        await peer.SendAsync($"AUTH\t1\tPLAIN\tprotocol=imap\tsecured=tls\tsession=s1\trip=2001:db8::7\tresp={message}\n");

        var request = Assert.Single(requests);
        Assert.Equal(("bob", "alice", "imap", "s1", true), (request.Login, request.AuthorizationIdentity, request.Service, request.Session, request.IsSecured));
        Assert.Equal("2001:db8::7", request.ClientAddress?.ToString());
        Assert.False(request.Password.IsUsable);
    }

    [Fact]
    public async Task Password_is_cleared_when_it_was_answered()
    {
        Password? seen = null;
        var (peer, _) = await AuthClientPeer.GreetAsync((request, _) =>
        {
            seen = request.Password;
            return AuthClientPeer.DecideByLogin(request, CancellationToken.None);
        });
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=imap\tresp={Right}\n");
        Assert.Equal($"OK\t1\t{Ok}", peer.Received());
        Assert.Equal(new byte[6], seen!.Octets.ToArray());
    }

    [Fact]
    public async Task Logins_are_worked_on_together_and_answered_as_they_are_done()
    {
        Dictionary<string, TaskCompletionSource<AuthenticationAnswer>> waiting = [];
        var (peer, _) = await AuthClientPeer.GreetAsync(
            (request, _) => new ValueTask<AuthenticationAnswer>((waiting[request.Session] = new()).Task));
        using var owned = peer;
        for (var id = 1; id <= 3; id++) await peer.SendAsync($"AUTH\t{id}\tPLAIN\tservice=imap\tsession={id}\tresp={Right}\n");
        Assert.Equal(3, waiting.Count);

        foreach (var id in (string[])["2", "3", "1"])
        {
            waiting[id].SetResult(AuthenticationAnswer.Refused(Reason.PasswordWrong));
            Assert.Equal($"FAIL\t{id}\tuser=bob\n", await ReceiveAsync(peer));
        }
    }

    [Fact]
    public async Task No_more_than_a_bounded_number_is_worked_on_and_the_rest_waits_its_turn()
    {
        List<TaskCompletionSource<AuthenticationAnswer>> waiting = [];
        var (peer, _) = await AuthClientPeer.GreetAsync((_, _) =>
        {
            TaskCompletionSource<AuthenticationAnswer> next = new();
            lock (waiting) waiting.Add(next);
            return new ValueTask<AuthenticationAnswer>(next.Task);
        });
        using var owned = peer;
        for (var id = 0; id < AuthLimits.MaxInFlight + 20; id++) await peer.SendAsync($"AUTH\t{id}\tPLAIN\tservice=imap\tresp={Right}\n");
        Assert.Equal(AuthLimits.MaxInFlight, waiting.Count);

        for (var i = 0; i < AuthLimits.MaxInFlight + 20; i++)
        {
            await UntilAsync(() => waiting.Count > i);
            waiting[i].SetResult(AuthenticationAnswer.Refused(Reason.PasswordWrong));
            Assert.StartsWith("FAIL\t", await ReceiveAsync(peer), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Id_that_is_in_hand_cannot_be_used_again()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync((_, token) => Never(token));
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=imap\tresp={Right}\nAUTH\t1\tPLAIN\tservice=imap\tresp={Right}\n");
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["sasl unix:test id of a request that is in hand"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Cancelled_login_ends_and_has_a_last_word()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync((_, token) => Never(token));
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=imap\tresp={Right}\n");
        await peer.SendAsync("CANCEL\t1\n");
        Assert.Equal("FAIL\t1\n", await ReceiveAsync(peer));
        await UntilAsync(() => !peer.Session.IsCompleted);
    }

    /// <summary>Postfix does not say when its client gave up; the connection must not fill up with what it left behind.</summary>
    [Fact]
    public async Task Logins_that_were_given_up_are_forgotten_oldest_first()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        for (var id = 0; id <= AuthLimits.MaxConversations; id++) await peer.SendAsync($"AUTH\t{id}\tLOGIN\tservice=smtp\n");
        _ = peer.Received();
        await peer.SendAsync("CONT\t0\tYm9i\n");
        Assert.Equal("FAIL\t0\treason=Invalid data\tcode=invalid_base64\n", peer.Received());
        await peer.SendAsync("CONT\t1\tYm9i\n");
        Assert.Equal("CONT\t1\tUGFzc3dvcmQ6\n", peer.Received());
    }

    [Fact]
    public async Task Login_is_remembered_for_the_mail_process_unless_nobody_will_ask()
    {
        var (peer, cookie) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=imap\tresp={Right}\nAUTH\t2\tPLAIN\tservice=smtp\tnologin\tresp={Right}\nAUTH\t3\tPLAIN\tservice=imap\tresp=AGJvYgB4\n");
        Assert.Equal("bob@truenorth.local", peer.Instance.Logins.Take(new LoginKey(15074, 1, cookie)));
        Assert.Null(peer.Instance.Logins.Take(new LoginKey(15074, 2, cookie)));
        Assert.Null(peer.Instance.Logins.Take(new LoginKey(15074, 3, cookie)));
    }

    [Fact]
    public async Task Postfix_is_told_a_login_and_dovecot_the_user()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync((_, _) => new(AuthenticationAnswer.Accepted(AuthClientPeer.AccountOf("bob") with { Logins = ["bob"] })));
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=smtp\tresp={Right}\nAUTH\t2\tPLAIN\tservice=imap\tresp={Right}\n");
        Assert.Equal($"OK\t1\tuser=bob\nOK\t2\t{Ok}", peer.Received());
    }

    [Fact]
    public async Task Outage_over_smtp_ends_the_connection_after_what_was_answered()
    {
        TaskCompletionSource<AuthenticationAnswer> slow = new();
        var (peer, _) = await AuthClientPeer.GreetAsync((request, _) =>
            request.Session == "slow" ? new ValueTask<AuthenticationAnswer>(slow.Task) : AuthClientPeer.DecideByLogin(request, CancellationToken.None));
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=smtp\tsession=slow\tresp={Right}\nAUTH\t2\tPLAIN\tservice=smtp\tresp={Right}\n");
        slow.SetResult(AuthenticationAnswer.TryLater(Reason.PasswordsUnavailable, "down"));
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal($"OK\t2\t{Ok}", peer.Received());
        Assert.Empty(peer.Log.Malformed);
        Assert.Empty(peer.Log.Faults);
    }

    [Fact]
    public async Task Own_mistake_is_reported_and_ends_the_connection_without_reply()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync((_, _) => throw new InvalidOperationException("ours"));
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=imap\tresp={Right}\n");
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("", peer.Received());
        Assert.Equal("ours", Assert.Single(peer.Log.Faults).Message);
    }

    [Fact]
    public async Task Client_that_never_says_its_part_of_the_handshake_is_let_go()
    {
        using AuthClientPeer peer = new();
        await peer.SendAsync("VERSION\t1\t2\n");
        peer.Clock.Advance(AuthLimits.HandshakeTime);
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["sasl unix:test no handshake in time"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Line_that_is_not_complete_in_time_ends_the_connection_and_an_idle_one_stays()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        peer.Clock.Advance(TimeSpan.FromDays(30));
        Assert.False(peer.Session.IsCompleted);
        await peer.SendAsync("AUTH\t1\tPLAIN");
        peer.Clock.Advance(AuthLimits.LineTime);
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["sasl unix:test line not complete in time"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Client_that_takes_no_replies_is_let_go()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync(pauseBytes: 300);
        using var owned = peer;
        for (var id = 0; id < 40; id++) await peer.SendAsync($"AUTH\t{id}\tLOGIN\tservice=imap\n");
        peer.Clock.Advance(AuthLimits.LineTime);
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["sasl unix:test reply not taken in time"], peer.Log.Malformed);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("AUTH\t1\tPLAIN\n", null)]
    [InlineData("AUTH\t1\tPLAIN", "sasl unix:test connection closed within a line")]
    public async Task Client_that_closes_is_no_event_but_within_a_line(string sent, string? warning)
    {
        var (peer, _) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        if (sent.Length > 0) await peer.SendAsync(sent);
        await peer.Connection.Output.CompleteAsync();
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(warning is null ? [] : [warning], peer.Log.Malformed);
    }

    [Fact]
    public async Task Work_for_a_client_that_is_gone_is_given_up()
    {
        TaskCompletionSource gaveUp = new();
        var (peer, _) = await AuthClientPeer.GreetAsync(async (_, token) =>
        {
            await using var registration = token.Register(gaveUp.SetResult);
            return await Never(token);
        });
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=imap\tresp={Right}\n");
        await peer.Connection.Output.CompleteAsync(new IOException("connection reset by peer"));
        await gaveUp.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(peer.Log.Malformed);
        Assert.Empty(peer.Log.Faults);
    }

    [Fact]
    public async Task Idle_session_ends_when_the_daemon_stops()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        peer.Stop();
        var before = peer.Clock.GetUtcNow();
        await peer.WaitForEndAsync();
        Assert.InRange(peer.Clock.GetUtcNow() - before, AuthLimits.QuietTime, AuthLimits.DrainTime / 2);
        Assert.Empty(peer.Log.Malformed);
    }

    /// <summary>What the client sends while the daemon stops is on its way already: Dovecot 2.3 would make a wrong password of it.</summary>
    [Theory]
    [InlineData("smtp")]
    [InlineData("imap")]
    public async Task Login_that_comes_while_the_daemon_stops_is_answered(string service)
    {
        var (peer, _) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        peer.Stop();
        for (var id = 1; id <= 3; id++)
        {
            await peer.SendAsync($"AUTH\t{id}\tPLAIN\tservice={service}\tresp={Right}\n");
            Assert.StartsWith($"OK\t{id}\t", await ReceiveAsync(peer), StringComparison.Ordinal);
            peer.Clock.Advance(AuthLimits.QuietTime / 2);
            Assert.False(peer.Session.IsCompleted);
        }

        await peer.WaitForEndAsync();
    }

    [Fact]
    public async Task Client_that_never_stops_asking_does_not_hold_up_the_stop()
    {
        var (peer, _) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        peer.Stop();
        for (var id = 1; id < 1000 && !peer.Session.IsCompleted; id++)
        {
            await peer.SendAsync($"AUTH\t{id}\tPLAIN\tservice=imap\tresp={Right}\n");
            peer.Clock.Advance(AuthLimits.QuietTime / 2);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Login_in_hand_is_answered_when_the_daemon_stops()
    {
        TaskCompletionSource<AuthenticationAnswer> slow = new();
        var (peer, _) = await AuthClientPeer.GreetAsync((_, _) => new ValueTask<AuthenticationAnswer>(slow.Task));
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=smtp\tresp={Right}\n");
        peer.Stop();
        peer.Clock.Advance(AuthLimits.DrainTime / 2);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(peer.Session.IsCompleted);
        slow.SetResult(AuthenticationAnswer.Accepted(AuthClientPeer.AccountOf("bob")));
        await peer.WaitForEndAsync();
        Assert.Equal($"OK\t1\t{Ok}", peer.Received());
    }

    /// <summary>Postfix makes 535 of any answer, and 454 of none.</summary>
    [Theory]
    [InlineData("smtp", "")]
    [InlineData("imap", "FAIL\t1\tuser=bob\tcode=temp_fail\n")]
    public async Task Login_that_is_never_decided_does_not_hold_up_the_stop_and_is_no_wrong_password(string service, string expected)
    {
        var (peer, _) = await AuthClientPeer.GreetAsync((_, token) => Never(token));
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice={service}\tresp={Right}\n");
        peer.Stop();
        await peer.WaitForEndAsync();
        Assert.Equal(expected, peer.Received());
        Assert.Empty(peer.Log.Faults);
    }

    /// <summary>The client has not typed its password yet when the daemon stops.</summary>
    [Theory]
    [InlineData("smtp", "")]
    [InlineData("imap", "FAIL\t1\tuser=bob\tcode=temp_fail\n")]
    public async Task Login_that_lacks_a_step_when_the_daemon_stops_is_no_wrong_password(string service, string expected)
    {
        var (peer, _) = await AuthClientPeer.GreetAsync();
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tLOGIN\tservice={service}\n");
        Assert.StartsWith("CONT\t1\t", await ReceiveAsync(peer), StringComparison.Ordinal);
        await peer.SendAsync("CONT\t1\tYm9i\n");
        Assert.StartsWith("CONT\t1\t", await ReceiveAsync(peer), StringComparison.Ordinal);
        peer.Stop();
        await peer.WaitForEndAsync();
        Assert.Equal(expected, peer.Received());
    }

    private static async ValueTask<AuthenticationAnswer> Never(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("for ever is over");
    }

    private static async Task<string> ReceiveAsync(AuthClientPeer peer)
    {
        var received = new StringBuilder();
        await UntilAsync(() => received.Append(CultureInfo.InvariantCulture, $"{peer.Received()}").ToString().EndsWith('\n'));
        return received.ToString();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        while (!condition()) await Task.Delay(1, limit.Token);
    }
}
