using PolicyDaemon.Wire.Lmtp;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

public sealed class LmtpSessionTests
{
    private readonly ScriptedBackend store = new();
    private readonly ManualClock clock = new();

    [Fact]
    public async Task Whole_transaction_in_one_go_is_answered_in_order()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync("XFORWARD NAME=c ADDR=192.0.2.1\r\nXFORWARD IDENT=4X1 SOURCE=REMOTE\r\nMAIL FROM:<a@example.org> BODY=8BITMIME\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\nDATA\r\n");
        await talk.ReceiveAsync("250 2.0.0 OK\r\n250 2.0.0 OK\r\n250 2.0.0 ok\r\n250 2.0.0 ok\r\n250 2.0.0 ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n");
        await talk.SendAsync("Subject: x\r\n\r\n..x\r\n.\r\nQUIT\r\n");
        await talk.ReceiveAsync("250 2.0.0 saved 1\r\n250 2.0.0 saved 2\r\n221 2.0.0 Bye\r\n");
        await talk.EndAsync();
        Assert.Equal(["LHLO mx1", "MAIL FROM:<a@example.org> BODY=8BITMIME", "RCPT TO:<b@example.org>", "RCPT TO:<c@example.org>", "DATA"], store.Commands);
        Assert.Equal(["Subject: x\r\n\r\n..x\r\n"], store.Messages);
        Assert.Equal(["Stored EndOfMessage b@example.org 250 2.0.0 saved 1", "Stored EndOfMessage c@example.org 250 2.0.0 saved 2"], talk.Record.Lines);
        Assert.All(talk.Record.All, delivery => Assert.Equal(("4X1", "a@example.org", 18L, "unix:/store"), (delivery.QueueId, delivery.Sender, delivery.Size, delivery.Backend)));
    }

    [Fact]
    public async Task Transaction_byte_by_byte_is_the_same()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        foreach (var character in "MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\n") await talk.SendAsync(character.ToString());
        await talk.ReceiveAsync("250 2.0.0 ok\r\n250 2.0.0 ok\r\n");
        foreach (var character in "DATA\r\n") await talk.SendAsync(character.ToString());
        await talk.ReadReplyAsync();
        foreach (var character in "..\r\nx\r\n.\r\n") await talk.SendAsync(character.ToString());
        await talk.ReceiveAsync("250 2.0.0 saved 1\r\n");
        Assert.Equal(["..\r\nx\r\n"], store.Messages);
    }

    [Theory]
    [InlineData("250-s\r\n250-8BITMIME\r\n250-SIZE 1000\r\n250-SMTPUTF8\r\n250-DSN\r\n250 XCLIENT ADDR", "250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE 1000\r\n")]
    [InlineData("250-s\r\n250-CHUNKING\r\n250-STARTTLS\r\n250 PIPELINING", "")]
    public async Task Offers_are_those_of_the_backend_that_can_be_carried(string offers, string mirrored)
    {
        store.Offers = offers;
        await using LmtpTalk talk = new(LmtpTalk.BackendsOf(store, clock), clock);
        await talk.ReadReplyAsync();
        Assert.Equal($"250-mx1\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n{mirrored}250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n", await talk.AskAsync("LHLO mx"));
    }

    [Fact]
    public async Task Size_is_announced_to_a_backend_that_wants_to_know()
    {
        store.Offers = "250-s\r\n250 SIZE";
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AskAsync("MAIL FROM:<a@example.org> SIZE=77");
        Assert.Contains("MAIL FROM:<a@example.org> SIZE=77", store.Commands);
    }

    [Theory]
    [InlineData("BODY=8BITMIME"), InlineData("SMTPUTF8")]
    public async Task Message_that_the_backend_cannot_take_now_is_deferred_and_not_mangled(string parameter)
    {
        store.Offers = "250 s";
        await using var talk = await LmtpTalk.OpenAsync(store);
        Assert.StartsWith("451 4.3.0", await talk.AskAsync($"MAIL FROM:<a@example.org> {parameter}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipient_that_the_rules_refuse_never_reaches_the_backend_and_gets_no_final_reply()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org");
        Assert.Equal("550 5.1.1 User unknown\r\n", await talk.AskAsync("RCPT TO:<nobody@example.org>"));
        Assert.StartsWith("250", await talk.AskAsync("RCPT TO:<c@example.org>"), StringComparison.Ordinal);
        Assert.Equal("250 2.0.0 saved 1\r\n", await talk.DeliverAsync());
        await talk.ReceiveAsync("250 2.0.0 saved 2\r\n");
        talk.ReceiveNothing();
        Assert.DoesNotContain(store.Commands, command => command.Contains("nobody", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recipient_that_the_backend_refuses_gets_its_words_and_no_final_reply()
    {
        store.Say("RCPT TO:<x@", "550 5.1.1 <x@example.org> User doesn't exist");
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org");
        Assert.Equal("550 5.1.1 <x@example.org> User doesn't exist\r\n", await talk.AskAsync("RCPT TO:<x@example.org>"));
        Assert.Equal("250 2.0.0 saved 1\r\n", await talk.DeliverAsync());
        talk.ReceiveNothing();
        Assert.Equal(["Refused Rcpt x@example.org 550 5.1.1 <x@example.org> User doesn't exist", "Stored EndOfMessage b@example.org 250 2.0.0 saved 1"], talk.Record.Lines);
    }

    [Fact]
    public async Task DATA_without_recipients_is_refused_and_the_session_goes_on()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync("MAIL FROM:<a@example.org>\r\nRCPT TO:<nobody@example.org>\r\nDATA\r\nRSET\r\n");
        await talk.ReceiveAsync("250 2.0.0 ok\r\n550 5.1.1 User unknown\r\n503 5.5.1 No valid recipients\r\n250 2.0.0 OK\r\n");
        await talk.AddressAsync("b@example.org");
        Assert.Equal("250 2.0.0 saved 1\r\n", await talk.DeliverAsync());
        Assert.Equal("503 5.5.1 Say MAIL first\r\n", await talk.AskAsync("DATA"));
        Assert.Single(store.Connections);
    }

    [Theory]
    [InlineData("MAIL FROM:<a@example.org>", "503 5.5.1 Say LHLO first\r\n"), InlineData("RCPT TO:<a@example.org>", "503 5.5.1 Say MAIL first\r\n"), InlineData("NOOP", "250 2.0.0 OK\r\n")]
    public async Task Commands_have_an_order(string command, string reply)
    {
        await using LmtpTalk talk = new(LmtpTalk.BackendsOf(store, clock), clock);
        await talk.ReadReplyAsync();
        Assert.Equal(reply, await talk.AskAsync(command));
    }

    [Fact]
    public async Task Smuggled_message_is_content_and_is_refused()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org");
        Assert.StartsWith("554 5.5.2", await talk.DeliverAsync("x\r\n\n.\nMAIL FROM:<e@example.org>\r\nRCPT TO:<v@example.org>\r\nDATA\r\nevil\r\n.\r\n"), StringComparison.Ordinal);
        talk.ReceiveNothing();
        Assert.Empty(store.Messages);
        Assert.True(store.Connections[0].IsDisposed);
        Assert.Equal("250 2.0.0 OK\r\n", await talk.AskAsync("NOOP"));
    }

    [Fact]
    public async Task Smuggled_message_is_content_of_one_message_where_bare_newlines_are_normalized()
    {
        await using var talk = await LmtpTalk.OpenAsync(store, rules: LmtpTalk.Rules with { BareNewline = BareNewline.Normalize });
        await talk.AddressAsync("b@example.org");
        Assert.StartsWith("250", await talk.DeliverAsync("x\n.\nMAIL FROM:<e@example.org>\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Equal(["x\r\n..\r\nMAIL FROM:<e@example.org>\r\n"], store.Messages);
    }

    [Fact]
    public async Task Postfix_gone_before_the_dot_leaves_no_message()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org");
        await talk.AskAsync("DATA");
        await talk.SendAsync("Subject: x\r\n\r\nhalf\r\n");
        await talk.LeaveAsync();
        await talk.Session;
        Assert.True(store.Connections[0].IsDisposed);
        Assert.Empty(store.Messages);
        Assert.Equal(["Deferred EndOfMessage b@example.org the message did not come to its end"], talk.Record.Lines);
    }

    [Fact]
    public async Task Postfix_gone_after_the_dot_does_not_keep_the_outcome_from_being_recorded()
    {
        store.Say(ScriptedBackend.AtDot, "", "");
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org", "c@example.org");
        await talk.AskAsync("DATA");
        await talk.SendAsync("x\r\n.\r\n");
        await talk.LeaveAsync();
        Assert.False(talk.Session.IsCompleted);
        await store.Connections[0].Server.Output.WriteAsync("250 2.0.0 one\r\n552 5.2.2 full\r\n"u8.ToArray());
        await talk.Session;
        Assert.Equal(["Stored EndOfMessage b@example.org 250 2.0.0 one", "Refused EndOfMessage c@example.org 552 5.2.2 full"], talk.Record.Lines);
    }

    [Fact]
    public async Task Postfix_is_told_only_after_the_record_is_written()
    {
        TaskCompletionSource written = new();
        await using var talk = await LmtpTalk.OpenAsync(store);
        talk.Record.Written = written.Task;
        await talk.AddressAsync("b@example.org");
        await talk.AskAsync("DATA");
        await talk.SendAsync("x\r\n.\r\n");
        while (store.Messages.IsEmpty) await Task.Yield();
        talk.ReceiveNothing();
        written.SetResult();
        await talk.ReceiveAsync("250 2.0.0 saved 1\r\n");
    }

    [Fact]
    public async Task Answers_are_passed_on_as_they_come()
    {
        store.Say(ScriptedBackend.AtDot, "250 2.0.0 first", "");
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org", "c@example.org");
        Assert.Equal("250 2.0.0 first\r\n", await talk.DeliverAsync());
        talk.ReceiveNothing();
        await store.Connections[0].Server.Output.WriteAsync("250 2.0.0 second\r\n"u8.ToArray());
        await talk.ReceiveAsync("250 2.0.0 second\r\n");
    }

    [Fact]
    public async Task Reply_that_is_ready_does_not_wait_for_one_that_takes_long()
    {
        store.Say("RCPT", "");
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.SendAsync("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n");
        var receiving = talk.ReceiveAsync("250 2.0.0 ok\r\n");
        for (var waited = 0; waited < 20_000 && !receiving.IsCompleted; waited += 10)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await receiving;
        clock.Advance(TimeSpan.FromSeconds(100));
        await talk.ReceiveAsync("451 4.4.2 Mail store is not available, try again later\r\n");
    }

    [Fact]
    public async Task Line_without_CR_is_no_command()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync("NOOP\n");
        Assert.StartsWith("500 5.5.2", await talk.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_bad_commands_end_the_session()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        for (var i = 0; i < 10; i++) Assert.StartsWith("500", await talk.AskAsync("HELP ME NOW".Replace("HELP", "HALP", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith("421", await talk.AskAsync("HALP"), StringComparison.Ordinal);
        await talk.EndAsync();
        Assert.Equal(["lmtp unix:test too many bad commands"], talk.Log.Malformed);
    }

    [Fact]
    public async Task Line_without_end_ends_the_session()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.SendAsync(new string('x', 5000));
        Assert.StartsWith("500 5.5.2", await talk.ReadReplyAsync(), StringComparison.Ordinal);
        await talk.EndAsync();
        Assert.Single(talk.Log.Malformed);
    }

    [Fact]
    public async Task Silence_of_postfix_ends_the_session_after_five_minutes()
    {
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("b@example.org");
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        talk.ReceiveNothing();
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("421 4.4.2", await talk.ReadReplyAsync(), StringComparison.Ordinal);
        await talk.EndAsync();
        Assert.True(store.Connections[0].IsDisposed);
    }

    [Fact]
    public async Task Stop_ends_an_idle_session_with_421()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.StopAsync();
        Assert.StartsWith("421 4.3.2", await talk.ReadReplyAsync(), StringComparison.Ordinal);
        await talk.EndAsync();
    }

    [Fact]
    public async Task Stop_lets_a_message_come_to_its_end_and_be_answered()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org");
        await talk.AskAsync("DATA");
        await talk.StopAsync();
        await talk.SendAsync("x\r\n.\r\n");
        Assert.Equal("250 2.0.0 saved 1\r\n", await talk.ReadReplyAsync());
        Assert.StartsWith("421 4.3.2", await talk.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_does_not_wait_longer_for_a_message_than_five_seconds()
    {
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("b@example.org");
        await talk.AskAsync("DATA");
        await talk.StopAsync();
        await talk.SendAsync("x\r\n");
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.StartsWith("421 4.3.2", await talk.ReadReplyAsync(), StringComparison.Ordinal);
        await talk.EndAsync();
        Assert.Empty(store.Messages);
    }

    [Fact]
    public async Task Large_message_passes_through_in_small_pieces()
    {
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org");
        await talk.AskAsync("DATA");
        var line = new string('x', 300_000);
        await talk.SendAsync(line);
        await talk.SendAsync(line + "\r\n.\r\n");
        Assert.StartsWith("250", await talk.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal([line + line + "\r\n"], store.Messages);
    }
}
