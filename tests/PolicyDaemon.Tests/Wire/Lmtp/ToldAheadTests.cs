using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Tests.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

/// <summary>What Postfix says in one go the backend is told in one go; what is decided about a recipient is decided before.</summary>
public sealed class ToldAheadTests
{
    private const string Message = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\nDATA\r\n";
    private const string GoOn = "354 End data with <CR><LF>.<CR><LF>\r\n";
    private const string Silence = "";

    private readonly ScriptedBackend store = new();
    private readonly ManualClock clock = new();

    [Theory]
    [InlineData("250-s\r\n250 PIPELINING", true)]
    [InlineData("250-s\r\n250 8BITMIME", false)]
    public async Task Backend_that_takes_it_is_told_all_before_it_has_answered_to_MAIL(string offers, bool isAhead)
    {
        store.Offers = offers;
        store.Say("MAIL", Silence);
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.SendAsync(Message);
        string[] all = ["LHLO mx1", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "RCPT TO:<c@example.org>", "DATA"];
        Assert.Equal(isAhead ? all : all[..2], store.Commands);
        for (var tries = 0; tries < 3; tries++) clock.Advance(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task Recipient_that_the_rules_refuse_is_not_told_and_is_answered_in_its_place()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<nobody@example.org>\r\nRCPT TO:<c@example.org>\r\nDATA\r\n");
        await talk.ReceiveAsync($"250 2.0.0 ok\r\n250 2.0.0 ok\r\n550 5.1.1 User unknown\r\n250 2.0.0 ok\r\n{GoOn}");
        await talk.SendAsync("x\r\n.\r\n");
        await talk.ReceiveAsync("250 2.0.0 saved 1\r\n250 2.0.0 saved 2\r\n");
        Assert.DoesNotContain(store.Commands, command => command.Contains("nobody", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rules_that_take_their_time_are_waited_for_before_the_backend_hears_of_the_recipient_or_of_DATA()
    {
        TaskCompletionSource<Decision> deciding = new();
        await using var talk = await LmtpTalk.OpenAsync(
            store, clock, decide: (request, token) => request.Recipient == "c@example.org" ? new ValueTask<Decision>(deciding.Task) : PolicyPeer.DecideByLogin(request, token));
        await talk.SendAsync(Message);
        Assert.Equal("RCPT TO:<b@example.org>", store.Commands.Last());
        deciding.SetResult(Decision.Dunno);
        await talk.ReceiveAsync($"250 2.0.0 ok\r\n250 2.0.0 ok\r\n250 2.0.0 ok\r\n{GoOn}");
    }

    [Fact]
    public async Task Mailbox_with_too_many_deliveries_at_once_is_waited_for_before_the_backend_hears_of_it()
    {
        var backends = LmtpTalk.BackendsOf(store, clock, LmtpTalk.Rules with { RecipientConcurrency = 1 });
        await using LmtpTalk first = new(backends, clock);
        await using LmtpTalk other = new(backends, clock);
        await first.HelloAsync();
        await other.HelloAsync();
        await first.AddressAsync("c@example.org");
        await other.SendAsync(Message);
        Assert.Equal("RCPT TO:<b@example.org>", store.Commands.Last());
        Assert.StartsWith("250", await first.DeliverAsync(), StringComparison.Ordinal);
        await other.ReceiveAsync($"250 2.0.0 ok\r\n250 2.0.0 ok\r\n250 2.0.0 ok\r\n{GoOn}");
    }

    [Fact]
    public async Task Recipients_that_come_later_are_told_together_too()
    {
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("first@example.org");
        store.Say("RCPT TO:<b@", Silence);
        await talk.SendAsync(Message[Message.IndexOf("RCPT", StringComparison.Ordinal)..]);
        Assert.Equal(["RCPT TO:<b@example.org>", "RCPT TO:<c@example.org>", "DATA"], store.Commands.TakeLast(3));
    }

    /// <summary>What the backend answers to DATA when it has refused all recipients, and the connections that two messages take then.</summary>
    [Theory]
    [InlineData("354 go on", 2)]
    [InlineData("554 5.5.1 No valid recipients", 1)]
    public async Task Content_that_nobody_may_have_is_not_sent_and_the_next_message_is_delivered(string does, int connections)
    {
        store.Say("RCPT", "550 5.1.1 who", "550 5.1.1 who").Say("DATA", does);
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync(Message + "RSET\r\n");
        await talk.ReceiveAsync("250 2.0.0 ok\r\n550 5.1.1 who\r\n550 5.1.1 who\r\n503 5.5.1 No valid recipients\r\n250 2.0.0 OK\r\n");
        await DeliverNextAsync(talk);
        Assert.Single(store.Messages);
        Assert.Equal(connections, store.Connections.Count);
    }

    [Fact]
    public async Task MAIL_that_the_backend_refuses_takes_all_that_was_told_with_it()
    {
        store.Say("MAIL", "452 4.3.1 disk").Say("RCPT", "503 5.5.1 no", "503 5.5.1 no").Say("DATA", "503 5.5.1 no");
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync(Message);
        await talk.ReceiveAsync("452 4.3.1 disk\r\n503 5.5.1 Say MAIL first\r\n503 5.5.1 Say MAIL first\r\n503 5.5.1 Say MAIL first\r\n");
        await DeliverNextAsync(talk);
        Assert.Single(talk.Record.All, delivery => delivery.Stage == SmtpStage.Mail);
    }

    [Fact]
    public async Task Connection_that_ends_at_MAIL_is_replaced_by_one_that_is_told_all_again()
    {
        store.Say("MAIL", (string?)null);
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync(Message);
        await talk.ReceiveAsync($"250 2.0.0 ok\r\n250 2.0.0 ok\r\n250 2.0.0 ok\r\n{GoOn}");
        await talk.SendAsync("x\r\n.\r\n");
        await talk.ReceiveAsync("250 2.0.0 saved 1\r\n250 2.0.0 saved 2\r\n");
        Assert.Equal(2, store.Connections.Count);
    }

    /// <summary>One reply more than commands: none knows whose the others are.</summary>
    [Theory]
    [InlineData("MAIL", "250 2.1.0 ok\r\n250 2.1.0 ok"), InlineData("RCPT TO:<b@", "250 2.1.5 ok\r\n550 5.1.1 who"), InlineData("RCPT TO:<c@", "250 2.1.5 ok\r\n354 go on"), InlineData("DATA", "354 go on\r\n250 2.0.0 saved")]
    public async Task Backend_that_answers_once_too_often_is_given_no_message(string command, string does)
    {
        store.Say(command, does);
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync(Message);
        for (var i = 0; i < 3; i++) await talk.ReadReplyAsync();
        if ((await talk.ReadReplyAsync()).StartsWith("354", StringComparison.Ordinal))
        {
            await talk.SendAsync("x\r\n.\r\n");
            await talk.ReceiveAsync("451 4.4.2 Mail store is not available, try again later\r\n");
        }

        Assert.Empty(store.Messages);
        Assert.DoesNotContain(talk.Record.All, delivery => delivery.Outcome == DeliveryOutcome.Stored);
    }

    private static async Task DeliverNextAsync(LmtpTalk talk)
    {
        await talk.AddressAsync("next@example.org");
        Assert.StartsWith("250", await talk.DeliverAsync(), StringComparison.Ordinal);
        talk.ReceiveNothing();
    }
}
