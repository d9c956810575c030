using PolicyDaemon.Engine.Deliveries;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

/// <summary>Postfix comes again with what the mail store has: it is not stored twice, and nothing new is swallowed.</summary>
public sealed class WithheldTests
{
    private const string Content = "Subject: x\r\n\r\n..x\r\n.\r\n";

    private readonly ScriptedBackend store = new();
    private readonly ManualClock clock = new();
    private readonly Memory memory = new();

    [Fact]
    public async Task Message_that_is_there_is_acknowledged_and_not_stored_again()
    {
        await FirstAsync("b@example.org");
        await using var again = await OpenAsync("b@example.org");
        Assert.Equal("250 2.0.0 Delivered before\r\n", await again.DeliverAsync(Content));

        Assert.Single(store.Messages);
        Assert.Equal(["Stored EndOfMessage b@example.org delivered before; Postfix had not heard so"], again.Record.Lines);
        Assert.Single(store.Commands, command => command == "DATA");
    }

    [Fact]
    public async Task Session_goes_on_behind_a_message_that_was_there()
    {
        await FirstAsync("b@example.org");
        await using var again = await OpenAsync("b@example.org");
        await again.DeliverAsync(Content);
        await again.AddressAsync("b@example.org");
        Assert.Equal("250 2.0.0 saved 1\r\n", await again.DeliverAsync("new\r\n.\r\n"));
        Assert.Equal(["Subject: x\r\n\r\n..x\r\n", "new\r\n"], store.Messages);
    }

    [Theory]
    [InlineData("Subject: y\r\n\r\n..x\r\n.\r\n")]
    [InlineData("Subject: x\r\n\r\n..x\r\n\r\n.\r\n")]
    [InlineData(".\r\n")]
    public async Task Other_message_is_deferred_and_delivered_when_it_comes_again(string content)
    {
        await FirstAsync("b@example.org");
        await using (var another = await OpenAsync("b@example.org")) Assert.Equal("451 4.3.0 Try again\r\n", await another.DeliverAsync(content));
        await using (var again = await OpenAsync("b@example.org")) Assert.Equal("250 2.0.0 saved 1\r\n", await again.DeliverAsync(content));

        Assert.Equal(2, store.Messages.Count);
    }

    [Fact]
    public async Task Recipients_are_answered_in_their_order_each_by_who_knows()
    {
        await FirstAsync("b@example.org", "d@example.org");
        store.Say(ScriptedBackend.AtDot, "250 2.0.0 saved 1", "552 5.2.2 full", "250 2.0.0 saved 3");
        await using var again = await OpenAsync("a@example.org", "b@example.org", "c@example.org", "d@example.org", "e@example.org");
        Assert.Equal("250 2.0.0 saved 1\r\n", await again.DeliverAsync(Content));
        await again.ReceiveAsync("250 2.0.0 Delivered before\r\n552 5.2.2 full\r\n250 2.0.0 Delivered before\r\n250 2.0.0 saved 3\r\n");

        Assert.Equal(["RCPT TO:<a@example.org>", "RCPT TO:<c@example.org>", "RCPT TO:<e@example.org>"], store.Commands.TakeLast(4).SkipLast(1));
        Assert.Equal(["a", "b", "c", "d", "e"], again.Record.All.Select(delivery => delivery.Recipient[..1]));
        Assert.All(again.Record.All, delivery => Assert.Equal(64, delivery.Digest.Length));
    }

    [Fact]
    public async Task Backend_that_is_lost_does_not_take_away_what_is_there()
    {
        await FirstAsync("b@example.org");
        store.Say(ScriptedBackend.AtDot, (string?)null);
        await using var again = await OpenAsync("a@example.org", "b@example.org", "c@example.org");
        Assert.StartsWith("451 4.4.2", await again.DeliverAsync(Content), StringComparison.Ordinal);
        Assert.Equal("250 2.0.0 Delivered before\r\n", await again.ReadReplyAsync());
        Assert.StartsWith("451 4.4.2", await again.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_too_many_are_still_found_when_some_recipients_are_withheld()
    {
        await FirstAsync("b@example.org");
        store.Say(ScriptedBackend.AtDot, "250 2.0.0 saved 1\r\n250 2.0.0 saved 2\r\n");
        await using var again = await OpenAsync("b@example.org", "c@example.org");
        Assert.Equal("250 2.0.0 Delivered before\r\n", await again.DeliverAsync(Content));
        Assert.StartsWith("451 4.4.2", await again.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_that_breaks_off_is_neither_acknowledged_nor_forgotten()
    {
        await FirstAsync("b@example.org");
        await using (var broken = await OpenAsync("b@example.org"))
        {
            await broken.AskAsync("DATA");
            await broken.SendAsync("Subject: x\r\n\r\n");
        }

        await using var again = await OpenAsync("b@example.org");
        Assert.Equal("250 2.0.0 Delivered before\r\n", await again.DeliverAsync(Content));
    }

    [Fact]
    public async Task Message_that_comes_again_while_the_mail_store_is_still_busy_with_it_is_not_handed_over_a_second_time()
    {
        store.Say(ScriptedBackend.AtDot, "", "");
        LmtpTalk first = await OpenAsync("a@example.org", "b@example.org");
        await first.AskAsync("DATA");
        await first.SendAsync(Content);
        while (store.Messages.IsEmpty) await Task.Yield();
        await first.LeaveAsync();

        await using (var second = await OpenAsync("b@example.org")) Assert.Equal("451 4.3.0 This message is being delivered\r\n", await second.DeliverAsync(Content));
        await using (var other = await OpenAsync("c@example.org")) Assert.Equal("250 2.0.0 saved 1\r\n", await other.DeliverAsync(Content));
        await store.Connections[0].Server.Output.WriteAsync("250 2.0.0 saved 1\r\n250 2.0.0 saved 2\r\n"u8.ToArray());
        await first.Session;
        memory.Hear(first.Record.All);

        await using var third = await OpenAsync("b@example.org");
        Assert.Equal("250 2.0.0 Delivered before\r\n", await third.DeliverAsync(Content));
        Assert.Equal(2, store.Messages.Count);
    }

    [Fact]
    public async Task Message_that_was_stored_between_RCPT_and_its_end_is_not_handed_over_a_second_time()
    {
        await using var late = await OpenAsync("b@example.org");
        await late.AskAsync("DATA");
        await FirstAsync("b@example.org");
        await late.SendAsync(Content);
        Assert.Equal("451 4.3.0 This message is being delivered\r\n", await late.ReadReplyAsync());
        Assert.Single(store.Messages);
    }

    [Fact]
    public async Task Message_whose_delivery_had_no_outcome_is_handed_over_when_it_comes_again()
    {
        store.Say(ScriptedBackend.AtDot, (string?)null);
        await using (var first = await OpenAsync("b@example.org")) Assert.StartsWith("451 4.4.2", await first.DeliverAsync(Content), StringComparison.Ordinal);
        await using var again = await OpenAsync("b@example.org");
        Assert.Equal("250 2.0.0 saved 1\r\n", await again.DeliverAsync(Content));
    }

    [Fact]
    public async Task Without_a_queue_id_everything_is_delivered()
    {
        for (var i = 0; i < 2; i++)
        {
            await using LmtpTalk talk = new(LmtpTalk.BackendsOf(store, clock), clock, before: memory);
            await talk.HelloAsync();
            await talk.AddressAsync("b@example.org");
            Assert.Equal("250 2.0.0 saved 1\r\n", await talk.DeliverAsync(Content));
            memory.Hear(talk.Record.All);
        }

        Assert.Equal(2, store.Messages.Count);
    }

    /// <summary>It is stored; that Postfix has not heard so, only Postfix knows.</summary>
    private async Task FirstAsync(params string[] recipients)
    {
        await using var first = await OpenAsync(recipients);
        Assert.Equal("250 2.0.0 saved 1\r\n", await first.DeliverAsync(Content));
        for (var i = 1; i < recipients.Length; i++) await first.ReadReplyAsync();
        memory.Hear(first.Record.All);
    }

    private async Task<LmtpTalk> OpenAsync(params string[] recipients)
    {
        LmtpTalk talk = new(LmtpTalk.BackendsOf(store, clock), clock, before: memory);
        await talk.HelloAsync();
        Assert.StartsWith("250", await talk.AskAsync("XFORWARD IDENT=4jX2Dd06rBz1k61j"), StringComparison.Ordinal);
        await talk.AddressAsync(recipients);
        return talk;
    }

    private sealed class Memory : IDeliveredBefore
    {
        private readonly DeliveredBefore before = new();

        public void Hear(IEnumerable<Delivery> deliveries)
        {
            foreach (var delivery in deliveries) before.Remember("mx1", delivery);
        }

        public bool IsSuspected(string queueId, string sender, string recipient) => before.IsSuspected("mx1", queueId, sender, recipient);

        public bool IsThere(string queueId, string sender, string recipient, string digest) => before.IsThere("mx1", queueId, sender, recipient, digest);

        public IDisposable? TryClaim(string queueId, string sender, IEnumerable<string> recipients) => before.TryClaim("mx1", queueId, sender, recipients);
    }
}
