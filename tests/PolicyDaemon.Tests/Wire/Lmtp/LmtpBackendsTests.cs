using PolicyDaemon.Wire.Lmtp;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

public sealed class LmtpBackendsTests
{
    private readonly ScriptedBackend store = new();
    private readonly ScriptedBackend second = new();
    private readonly ManualClock clock = new();
    private readonly List<string> changes = [];

    [Fact]
    public async Task Connection_is_kept_for_the_next_session()
    {
        var backends = Backends();
        for (var i = 0; i < 3; i++) await DeliverAsync(backends);
        Assert.Single(store.Connections);
        Assert.Equal(3, store.Messages.Count);
    }

    [Fact]
    public async Task Connection_is_closed_after_ten_seconds_of_rest()
    {
        var backends = Backends();
        await DeliverAsync(backends);
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(store.Connections[0].IsDisposed);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.True(store.Connections[0].IsDisposed);
    }

    [Fact]
    public async Task Kept_connection_that_was_closed_meanwhile_is_replaced_and_nobody_notices()
    {
        var backends = Backends();
        await DeliverAsync(backends);
        await store.Connections[0].CloseAsync();
        await DeliverAsync(backends);
        Assert.Equal((2, 2), (store.Connections.Count, store.Messages.Count));
        Assert.Empty(changes);
    }

    [Fact]
    public async Task Aborted_transaction_is_reset_and_its_connection_goes_on()
    {
        var backends = Backends();
        await using LmtpTalk talk = new(backends, clock);
        await talk.HelloAsync();
        await talk.AddressAsync("b@example.org");
        Assert.StartsWith("250", await talk.AskAsync("RSET"), StringComparison.Ordinal);
        await talk.AddressAsync("c@example.org");
        await talk.DeliverAsync();
        Assert.Contains("RSET", store.Commands);
        Assert.Single(store.Connections);
    }

    [Fact]
    public async Task Next_backend_is_used_while_the_first_does_not_answer_and_the_first_again_when_it_does()
    {
        var backends = Backends(isShared: true);
        store.IsUp = false;
        await DeliverAsync(backends);
        Assert.Single(second.Messages);
        Assert.Equal(["unix:/one connection refused"], changes);

        store.IsUp = true;
        await backends.DisposeAsync();
        backends = Backends(isShared: true);
        await DeliverAsync(backends);
        Assert.Single(store.Messages);
    }

    [Fact]
    public async Task Backend_that_did_not_answer_is_asked_last_for_ten_seconds()
    {
        store.Say("MAIL", [.. Enumerable.Repeat<string?>(null, 1)]);
        var backends = Backends(isShared: true);
        await DeliverAsync(backends);
        Assert.Equal((0, 1), (store.Messages.Count, second.Messages.Count));

        clock.Advance(TimeSpan.FromSeconds(21));
        await DeliverAsync(backends);
        Assert.Equal((1, 1), (store.Messages.Count, second.Messages.Count));
        Assert.Equal(["unix:/one connection closed by the backend", "unix:/one answers"], changes);
    }

    [Fact]
    public async Task After_DATA_no_other_backend_is_asked()
    {
        store.Say("DATA", [null]);
        await using LmtpTalk talk = new(Backends(isShared: true), clock);
        await talk.HelloAsync();
        await talk.AddressAsync("b@example.org");
        Assert.StartsWith("451 4.4.2", await talk.AskAsync("DATA"), StringComparison.Ordinal);
        Assert.Empty(second.Messages);
    }

    [Fact]
    public async Task Client_is_told_by_XCLIENT_only_where_configured_and_offered_and_its_connection_is_used_once()
    {
        store.Offers = "250-s\r\n250 XCLIENT ADDR PORT PROTO HELO LOGIN SESSION TTL TIMEOUT";
        foreach (var isOn in (bool[])[false, true])
        {
            await using LmtpTalk talk = new(Backends(LmtpTalk.Rules with { SendsXclient = isOn }), clock);
            await talk.HelloAsync();
            for (var i = 0; i < 2; i++)
            {
                await talk.AskAsync("XFORWARD ADDR=192.0.2.1 PORT=5 HELO=c PROTO=ESMTP IDENT=4X1");
                await talk.AddressAsync("b@example.org");
                Assert.StartsWith("250", await talk.DeliverAsync(), StringComparison.Ordinal);
            }
        }

        Assert.Equal(3, store.Connections.Count);
        Assert.Equal(2, store.Commands.Count(command => command == "XCLIENT ADDR=192.0.2.1 PORT=5 PROTO=ESMTP HELO=c SESSION=4X1 TIMEOUT=540"));
        Assert.Equal(4, store.Messages.Count);
    }

    [Fact]
    public async Task Deliveries_to_one_mailbox_wait_for_each_other_above_the_limit()
    {
        var backends = Backends(LmtpTalk.Rules with { RecipientConcurrency = 1 });
        await using LmtpTalk first = new(backends, clock);
        await using LmtpTalk other = new(backends, clock);
        await first.HelloAsync();
        await other.HelloAsync();
        await first.AddressAsync("bob@example.org", "bob+tag@example.org");
        await other.AddressAsync("carol@example.org");
        await other.SendAsync("RCPT TO:<BOB@example.org>\r\n");
        other.ReceiveNothing();
        Assert.StartsWith("250", await first.DeliverAsync(), StringComparison.Ordinal);
        Assert.StartsWith("250", await other.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_too_long_for_a_mailbox_is_deferred()
    {
        var backends = Backends(LmtpTalk.Rules with { RecipientConcurrency = 1 });
        await using LmtpTalk first = new(backends, clock);
        await using LmtpTalk other = new(backends, clock);
        await first.HelloAsync();
        await other.HelloAsync();
        await first.AddressAsync("bob@example.org");
        await other.AskAsync("MAIL FROM:<a@example.org>");
        await other.SendAsync("RCPT TO:<bob@example.org>\r\n");
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.StartsWith("451 4.3.2", await other.ReadReplyAsync(), StringComparison.Ordinal);
    }

    /// <summary>Each has what the other waits for: the one that goes against the order of the names gives up soon, and the other is delivered.</summary>
    [Fact]
    public async Task Transactions_with_the_same_mailboxes_in_opposite_order_do_not_hold_each_other_up()
    {
        var backends = Backends(LmtpTalk.Rules with { RecipientConcurrency = 1 });
        await using LmtpTalk first = new(backends, clock);
        await using LmtpTalk other = new(backends, clock);
        await first.HelloAsync();
        await other.HelloAsync();
        await first.AddressAsync("ann@example.org");
        await other.AddressAsync("bob@example.org");
        await first.SendAsync("RCPT TO:<bob@example.org>\r\n");
        await other.SendAsync("RCPT TO:<ann@example.org>\r\n");
        first.ReceiveNothing();
        other.ReceiveNothing();
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("451 4.3.2", await other.ReadReplyAsync(), StringComparison.Ordinal);
        first.ReceiveNothing();
        Assert.Equal("250 2.0.0 saved 1\r\n", await other.DeliverAsync());
        Assert.StartsWith("250", await first.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal("250 2.0.0 saved 1\r\n", await first.DeliverAsync());
        await first.ReceiveAsync("250 2.0.0 saved 2\r\n");
    }

    private LmtpBackends Backends(LmtpRules? rules = null, bool isShared = false) =>
        new(isShared ? [store.As("unix:/one"), second.As("unix:/two")] : [store.As("unix:/one")], rules ?? LmtpTalk.Rules, (name, cause) => changes.Add($"{name} {cause ?? "answers"}"), clock);

    private async Task DeliverAsync(LmtpBackends backends)
    {
        await using LmtpTalk talk = new(backends, clock);
        await talk.HelloAsync();
        await talk.AddressAsync("b@example.org");
        Assert.StartsWith("250", await talk.DeliverAsync(), StringComparison.Ordinal);
        Assert.StartsWith("221", await talk.AskAsync("QUIT"), StringComparison.Ordinal);
        await talk.EndAsync();
    }
}
