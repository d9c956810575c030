using PolicyDaemon.Engine;
using PolicyDaemon.Wire.Milter;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Milter;

public sealed class MilterSessionTests
{
    private const string Mail = @"M <alice@truenorth.local>\0";
    private const string Recipient = @"R <bob@truenorth.local>\0";

    [Fact]
    public async Task Many_messages_go_over_one_connection()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        for (var round = 0; round < 1000; round++)
        {
            await peer.SendAsync("D M", Mail, Recipient, "E", "A", "A");
            Assert.Equal(["c", "c", "c"], peer.Received());
        }

        Assert.Equal(3000, peer.Questions.Count);
        Assert.Equal(1000, peer.Questions.Select(question => question.Instance).Distinct().Count());
        Assert.False(peer.Session.IsCompleted);
    }

    [Fact]
    public async Task Messages_of_two_connections_are_not_taken_for_one()
    {
        MilterPeer first = new();
        MilterPeer second = new();
        foreach (var peer in new[] { first, second })
        {
            await BeginAsync(peer);
            await peer.SendAsync(Mail);
        }

        Assert.NotEqual(first.Questions[0].Instance, second.Questions[0].Instance);
    }

    [Fact]
    public async Task End_of_a_message_tells_what_its_recipients_were_charged_as()
    {
        MilterPeer peer = new((request, _) => new(request.Stage == SmtpStage.Rcpt ? Decision.Dunno with { ChargedAs = $"charge {request.Recipient}" } : Decision.Dunno));
        await BeginAsync(peer);
        await peer.SendAsync(Mail, Recipient, @"R <carol@truenorth.local>\0", "E", "A", Mail, "E");

        MailRequest[] ends = [.. peer.Questions.Where(question => question.Stage == SmtpStage.EndOfMessage)];
        Assert.Equal(["charge bob@truenorth.local", "charge carol@truenorth.local"], ends[0].RecipientCharges);
        Assert.Empty(ends[1].RecipientCharges);
    }

    [Fact]
    public async Task Connection_between_two_packets_stays_open()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        await peer.SendAsync(Mail, Recipient);
        peer.Clock.Advance(TimeSpan.FromDays(1));
        await peer.SendAsync("E");
        Assert.Equal(["c", "c", "c"], peer.Received());
        Assert.Empty(peer.Log.Malformed);
    }

    [Fact]
    public async Task Peer_that_says_nothing_at_all_is_let_go()
    {
        MilterPeer peer = new();
        peer.Clock.Advance(MilterLimits.PacketTime - TimeSpan.FromMilliseconds(1));
        Assert.False(peer.Session.IsCompleted);
        peer.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(peer.Session.IsCompleted);
        Assert.Equal(["milter unix:test packet not complete in time"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Packet_that_trickles_in_has_no_more_time()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        var packet = MilterDialog.Packet(Mail);
        for (var second = 0; second < 10; second++)
        {
            await peer.SendAsync(packet.AsMemory(second, 1));
            peer.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(peer.Session.IsCompleted);
        Assert.Equal(["milter unix:test packet not complete in time"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Peer_that_takes_no_replies_is_let_go()
    {
        MilterPeer peer = new(pauseBytes: 4);
        var sending = peer.SendAsync(MilterPeer.Offer);
        peer.Clock.Advance(MilterLimits.PacketTime);
        await sending;
        Assert.True(peer.Session.IsCompleted);
        Assert.Equal(["milter unix:test reply not taken in time"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Decision_that_takes_long_is_announced_until_it_is_there()
    {
        TaskCompletionSource<Decision> decision = new();
        MilterPeer peer = new((_, _) => new ValueTask<Decision>(decision.Task));
        await BeginAsync(peer);
        await peer.SendAsync(Mail);
        Assert.Empty(peer.Received());
        peer.Clock.Advance(MilterLimits.ProgressTime);
        await Within(() => peer.Received() is ["p"]);
        peer.Clock.Advance(MilterLimits.ProgressTime);
        await Within(() => peer.Received() is ["p"]);
        decision.SetResult(Decision.Dunno);
        await Within(() => peer.Received() is ["c"]);
        Assert.False(peer.Session.IsCompleted);
    }

    [Fact]
    public async Task Rules_that_want_to_see_more_than_the_connection_shows_end_it_at_the_next_message()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        peer.Needs = new MilterNeeds(Header: true, Size: false);
        await peer.SendAsync(Mail);
        Assert.Equal([@"y 421 4.3.2 Rules have changed, connect again\0"], peer.Received());
        Assert.Empty(peer.Questions);
    }

    [Fact]
    public async Task Rules_that_want_to_see_less_change_nothing_on_an_open_connection()
    {
        MilterPeer peer = new(needs: new MilterNeeds(Header: true, Size: true));
        await BeginAsync(peer);
        peer.Needs = default;
        await peer.SendAsync(Mail, Recipient, @"L A\0 b\0", "B x", "E");
        Assert.Equal(["c", "c", "s", "c"], peer.Received());
        Assert.Null(peer.Questions[^1].Header);
    }

    [Fact]
    public async Task Body_of_many_parts_is_counted_and_not_kept()
    {
        MilterPeer peer = new(needs: new MilterNeeds(Header: false, Size: true));
        await BeginAsync(peer);
        await peer.SendAsync(Mail, Recipient);
        for (var part = 0; part < 200; part++) await peer.SendAsync("B " + new string('x', 65_535));
        await peer.SendAsync("E");
        Assert.Equal((200 * 65_535) + 2, peer.Questions[^1].Size);
        Assert.Null(peer.Questions[^1].Header);
    }

    [Fact]
    public async Task More_recipients_than_any_server_takes_end_the_connection()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        await peer.SendAsync(Mail);
        for (var i = 0; i <= MilterLimits.MaxRecipients && !peer.Session.IsCompleted; i++)
        {
            await peer.SendAsync(Recipient);
            peer.Received();
        }

        Assert.Equal([$"milter unix:test more than {MilterLimits.MaxRecipients} recipients"], peer.Log.Malformed);
    }

    [Fact]
    public async Task Header_without_end_is_kept_up_to_its_bounds_and_says_so()
    {
        MilterPeer peer = new(needs: new MilterNeeds(Header: true, Size: false));
        await BeginAsync(peer);
        await peer.SendAsync(Mail, Recipient);
        for (var i = 0; i < 2000; i++) await peer.SendAsync(@"L X\0 y\0");
        await peer.SendAsync("E");
        Assert.True(peer.Questions[^1].Header!.IsTruncated);
    }

    [Fact]
    public async Task Own_mistake_is_reported_and_ends_the_connection_without_reply()
    {
        MilterPeer peer = new((_, _) => throw new InvalidOperationException("ours"));
        await BeginAsync(peer);
        await peer.SendAsync(Mail);
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Empty(peer.Received());
        Assert.Equal("ours", Assert.Single(peer.Log.Faults).Message);
    }

    [Fact]
    public async Task Session_without_a_message_ends_at_once_when_the_daemon_stops()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        await peer.SendAsync(Mail, "A");
        peer.Stop();
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Empty(peer.Log.Malformed);
    }

    [Fact]
    public async Task Message_in_hand_is_finished_when_the_daemon_stops()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        await peer.SendAsync(Mail);
        peer.Stop();
        Assert.False(peer.Session.IsCompleted);
        await peer.SendAsync(Recipient, "E");
        Assert.Equal(["c", "c", "c"], peer.Received());
        Assert.True(peer.Session.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Message_that_is_not_finished_in_time_is_given_up_when_the_daemon_stops()
    {
        MilterPeer peer = new();
        await BeginAsync(peer);
        await peer.SendAsync(Mail);
        peer.Stop();
        peer.Clock.Advance(MilterLimits.DrainTime);
        await Within(() => peer.Session.IsCompletedSuccessfully);
        Assert.Empty(peer.Log.Malformed);
        Assert.Empty(peer.Log.Faults);
    }

    private static async Task BeginAsync(MilterPeer peer)
    {
        await peer.SendAsync(MilterPeer.Offer, MilterPeer.Client);
        Assert.Single(peer.Received());
    }

    /// <summary>A task that gives up waiting goes on elsewhere: not at once.</summary>
    private static async Task Within(Func<bool> isSo)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (isSo()) return;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Fail("not so within 10 s");
    }
}
