using PolicyDaemon.Engine;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

public sealed class PolicySessionTests
{
    private static readonly string Dialogs = Path.Combine(Checkout.Directory, "tests", "PolicyDaemon.Tests", "Wire", "PostfixPolicy", "Dialogs");

    public static TheoryData<string> DialogNames => [.. Directory.GetFiles(Dialogs).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(DialogNames))]
    public async Task Dialog_is_as_written(string name)
    {
        PolicyPeer peer = new();
        await new DialogRunner(peer.Connection, "\n").PlayAsync(Path.Combine(Dialogs, name));
        Assert.Empty(peer.Log.Faults);
    }

    [Fact]
    public async Task Real_session_of_postfix_is_answered_request_by_request()
    {
        PolicyPeer peer = new();
        await peer.Connection.Output.WriteAsync(Corpus.Bytes("postfix-policy/good", "postfix-3.7-session"));
        Assert.Equal(string.Concat(Enumerable.Repeat(PolicyPeer.Dunno, 12)), peer.Received());
    }

    [Fact]
    public async Task Request_that_arrives_byte_by_byte_is_answered_once_at_its_end()
    {
        PolicyPeer peer = new();
        foreach (var octet in PolicyPeer.Request)
        {
            Assert.Equal("", peer.Received());
            await peer.SendAsync($"{octet}");
        }

        Assert.Equal(PolicyPeer.Dunno, peer.Received());
    }

    [Fact]
    public async Task Joined_requests_are_answered_in_order()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request + "request=smtpd_access_policy\nprotocol_state=RCPT\nsasl_username=blocked\n\n" + PolicyPeer.Request);
        Assert.Equal($"{PolicyPeer.Dunno}action=554 5.7.1 Sending is disabled for this account\n\n{PolicyPeer.Dunno}", peer.Received());
    }

    [Fact]
    public async Task Idle_connection_stays_open()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request);
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
        peer.Clock.Advance(TimeSpan.FromDays(30));
        Assert.False(peer.Session.IsCompleted);
        await peer.SendAsync(PolicyPeer.Request);
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
    }

    [Fact]
    public async Task Request_that_is_not_complete_in_time_ends_the_connection_without_reply()
    {
        PolicyPeer peer = new();
        await peer.SendAsync("request=smtpd_access_policy\n");
        peer.Clock.Advance(PolicyLimits.RequestTime - TimeSpan.FromMilliseconds(1));
        Assert.False(peer.Session.IsCompleted);
        peer.Clock.Advance(TimeSpan.FromMilliseconds(1));
        AssertEndedWithout(peer, "request not complete in time");
    }

    [Fact]
    public async Task Request_that_trickles_in_has_no_more_time()
    {
        PolicyPeer peer = new();
        for (var second = 0; second < 10; second++)
        {
            await peer.SendAsync(PolicyPeer.Request[second..(second + 1)]);
            peer.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        AssertEndedWithout(peer, "request not complete in time");
    }

    [Fact]
    public async Task Each_request_has_its_own_time()
    {
        PolicyPeer peer = new();
        for (var round = 0; round < 3; round++)
        {
            await peer.SendAsync(PolicyPeer.Request[..20]);
            peer.Clock.Advance(TimeSpan.FromSeconds(9));
            await peer.SendAsync(PolicyPeer.Request[20..] + PolicyPeer.Request[..5]);
            Assert.Equal(PolicyPeer.Dunno, peer.Received());
            peer.Clock.Advance(TimeSpan.FromSeconds(9));
            await peer.SendAsync(PolicyPeer.Request[5..]);
            Assert.Equal(PolicyPeer.Dunno, peer.Received());
            peer.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(peer.Session.IsCompleted);
    }

    [Fact]
    public async Task Time_that_a_decision_takes_is_not_the_peers()
    {
        TaskCompletionSource<Decision> decision = new();
        PolicyPeer peer = new((_, _) => new ValueTask<Decision>(decision.Task));
        await peer.SendAsync(PolicyPeer.Request[..20]);
        peer.Clock.Advance(TimeSpan.FromSeconds(9));
        await peer.SendAsync(PolicyPeer.Request[20..]);
        peer.Clock.Advance(TimeSpan.FromSeconds(9));
        decision.SetResult(Decision.Dunno);
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
        Assert.False(peer.Session.IsCompleted);
        Assert.Empty(peer.Log.Malformed);
    }

    [Fact]
    public async Task Peer_that_takes_no_replies_is_let_go()
    {
        PolicyPeer peer = new(pauseBytes: 4);
        await peer.SendAsync(PolicyPeer.Request);
        Assert.False(peer.Session.IsCompleted);
        peer.Clock.Advance(PolicyLimits.RequestTime);
        Assert.True(peer.Session.IsCompleted);
        Assert.Equal(["policy unix:test reply not taken in time"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Peer_that_reads_late_loses_nothing()
    {
        PolicyPeer peer = new(pauseBytes: 4);
        await peer.SendAsync(PolicyPeer.Request);
        peer.Clock.Advance(PolicyLimits.RequestTime - TimeSpan.FromSeconds(1));
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
        peer.Clock.Advance(TimeSpan.FromHours(1));
        Assert.False(peer.Session.IsCompleted);
        Assert.Empty(peer.Log.Malformed);
    }

    /// <summary>A flood of joined requests is answered piece by piece, and never more than one piece of replies is waiting.</summary>
    [Fact]
    public async Task Replies_to_a_flood_are_not_heaped_up()
    {
        PolicyPeer peer = new(pauseBytes: PolicyLimits.MaxUnsentBytes);
        var requests = 3 * PolicyLimits.MaxUnsentBytes / PolicyPeer.Dunno.Length;
        var sending = peer.SendAsync(string.Concat(Enumerable.Repeat(PolicyPeer.Request, requests)));
        var replies = 0;
        for (var received = peer.Received(); received.Length > 0; received = peer.Received())
        {
            Assert.InRange(received.Length, 1, PolicyLimits.MaxUnsentBytes + PolicyPeer.Dunno.Length);
            replies += received.Length / PolicyPeer.Dunno.Length;
        }

        await sending;
        Assert.Equal(requests, replies);
    }

    [Fact]
    public async Task Malformed_request_is_warned_of_once_and_never_answered()
    {
        PolicyPeer peer = new();
        await peer.SendAsync("request=smtpd_access_policy\nsize=\u001b[2J\nsize=x\n\n" + PolicyPeer.Request);
        AssertEndedWithout(peer, "size is not a number: size=\\x1b[2J");
    }

    [Fact]
    public async Task Oversized_line_closes_the_connection_without_reply()
    {
        PolicyPeer peer = new();
        await peer.SendAsync("request=smtpd_access_policy\nsender=" + new string('a', PolicyLimits.MaxLineBytes));
        AssertEndedWithout(peer, "line longer than 8192 octets: sender=" + new string('a', 73) + "...");
    }

    [Fact]
    public async Task Peer_that_closes_between_requests_is_no_event()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request);
        await peer.Connection.Output.CompleteAsync();
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Empty(peer.Log.Malformed);
    }

    [Fact]
    public async Task Peer_that_closes_within_a_request_is_warned_of()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request[..^1]);
        await peer.Connection.Output.CompleteAsync();
        AssertEndedWithout(peer, "connection closed within a request");
    }

    [Fact]
    public async Task Peer_that_vanishes_is_no_event()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request[..^1]);
        await peer.Connection.Output.CompleteAsync(new IOException("connection reset by peer"));
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Empty(peer.Log.Malformed);
        Assert.Empty(peer.Log.Faults);
    }

    [Fact]
    public async Task Own_mistake_is_reported_and_ends_the_connection_without_reply()
    {
        PolicyPeer peer = new((_, _) => throw new InvalidOperationException("ours"));
        await peer.SendAsync(PolicyPeer.Request);
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Equal("", peer.Received());
        Assert.Equal("ours", Assert.Single(peer.Log.Faults).Message);
        Assert.Empty(peer.Log.Malformed);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task Own_mistake_is_not_taken_for_a_peer_that_is_gone(Type type)
    {
        PolicyPeer peer = new((_, _) => throw (Exception)Activator.CreateInstance(type)!);
        await peer.SendAsync(PolicyPeer.Request);
        Assert.Equal("", peer.Received());
        Assert.IsType(type, Assert.Single(peer.Log.Faults));
    }

    [Fact]
    public async Task Idle_session_ends_at_once_when_the_daemon_stops()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request);
        peer.Stop();
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
        Assert.Empty(peer.Log.Malformed);
    }

    [Fact]
    public void New_session_ends_at_once_when_the_daemon_has_stopped()
    {
        PipePair pair = new();
        var session = new PolicySession(pair.Session, "unix:test", PolicyPeer.DecideByLogin, new RecordingSessionLog(), new ManualClock());
        Assert.True(session.RunAsync(new CancellationToken(canceled: true)).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Request_in_hand_is_answered_when_the_daemon_stops()
    {
        TaskCompletionSource<Decision> decision = new();
        PolicyPeer peer = new((_, _) => new ValueTask<Decision>(decision.Task));
        await peer.SendAsync(PolicyPeer.Request + PolicyPeer.Request);
        peer.Stop();
        Assert.False(peer.Session.IsCompleted);
        decision.SetResult(Decision.Dunno);
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
    }

    [Fact]
    public async Task Request_that_has_begun_is_answered_when_the_daemon_stops()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request[..20]);
        peer.Stop();
        Assert.False(peer.Session.IsCompleted);
        await peer.SendAsync(PolicyPeer.Request[20..]);
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
    }

    [Fact]
    public async Task Request_that_never_ends_does_not_hold_up_the_stop()
    {
        PolicyPeer peer = new();
        await peer.SendAsync(PolicyPeer.Request[..20]);
        peer.Stop();
        peer.Clock.Advance(PolicyLimits.DrainTime);
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Equal("", peer.Received());
    }

    [Fact]
    public async Task Decision_that_never_comes_does_not_hold_up_the_stop()
    {
        PolicyPeer peer = new(async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Decision.Dunno;
        });
        await peer.SendAsync(PolicyPeer.Request);
        peer.Stop();
        peer.Clock.Advance(PolicyLimits.DrainTime);
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("", peer.Received());
        Assert.Empty(peer.Log.Faults);
    }

    [Fact]
    public async Task Peer_that_takes_no_replies_does_not_hold_up_the_stop()
    {
        PolicyPeer peer = new(pauseBytes: 4);
        await peer.SendAsync(PolicyPeer.Request);
        peer.Stop();
        peer.Clock.Advance(PolicyLimits.DrainTime);
        Assert.True(peer.Session.IsCompletedSuccessfully);
    }

    private static void AssertEndedWithout(PolicyPeer peer, string error)
    {
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Equal("", peer.Received());
        Assert.Equal(["policy unix:test " + error], peer.Log.Malformed);
        Assert.Empty(peer.Log.Faults);
    }
}
