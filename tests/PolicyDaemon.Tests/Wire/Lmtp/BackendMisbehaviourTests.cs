using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

/// <summary>Whatever a backend does, at whatever step: nothing is acknowledged that it did not acknowledge, and nothing bounces because it is in trouble.</summary>
public sealed class BackendMisbehaviourTests
{
    private const string Silence = "";
    private const string? Closes = null;

    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(541);

    private readonly ScriptedBackend store = new();
    private readonly ManualClock clock = new();

    /// <summary>What it does at every connection.</summary>
    public static TheoryData<string, string?> Greetings => new()
    {
        { "", Silence }, { "", Closes }, { "", "421 4.3.2 going down" }, { "", "554 5.3.2 no" }, { "", "hello" }, { "", "220 a\r\n221 b" }, { "", "220 other PolicyDaemon LMTP" },
        { "LHLO", Silence }, { "LHLO", Closes }, { "LHLO", "500 5.5.1 what" }, { "LHLO", "250-only half" }, { "LHLO", "999 x" },
    };

    [Theory]
    [MemberData(nameof(Greetings))]
    public async Task Backend_that_cannot_be_greeted_defers(string command, string? does)
    {
        store.Say(command, [.. Enumerable.Repeat(does, 10)]);
        await using LmtpTalk talk = new(LmtpTalk.BackendsOf(store, clock), clock);
        await talk.ReadReplyAsync();
        await talk.SendAsync("LHLO mx\r\n");
        clock.Advance(LongEnough);
        Assert.StartsWith("451 4.4.2", await talk.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.All(store.Connections, connection => Assert.True(connection.IsDisposed));
    }

    /// <summary>What it does at MAIL each time, and what Postfix is told.</summary>
    public static TheoryData<string?, string> AtMail => new()
    {
        { Silence, "451 4.4.2" }, { Closes, "451 4.4.2" }, { "421 4.3.2 going down", "451 4.4.2" }, { "354 go on", "451 4.4.2" }, { "nonsense", "451 4.4.2" },
        { "452 4.3.1 disk", "452 4.3.1" }, { "550 5.7.1 no", "451 4.3.0" }, { "503 5.5.1 no", "451 4.3.0" }, { "552 5.3.4 large", "552 5.3.4" },
    };

    [Theory]
    [MemberData(nameof(AtMail))]
    public async Task Trouble_at_MAIL(string? does, string told)
    {
        store.Say("MAIL", [.. Enumerable.Repeat(does, 10)]);
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.SendAsync("MAIL FROM:<a@example.org>\r\n");
        for (var i = 0; i < 5; i++) clock.Advance(LongEnough / 5);
        Assert.StartsWith(told, await talk.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Single(talk.Record.All);
    }

    [Fact]
    public async Task Connection_that_ends_at_MAIL_is_replaced_once_by_a_new_one()
    {
        store.Say("MAIL", Closes);
        await using var talk = await LmtpTalk.OpenAsync(store);
        await talk.AddressAsync("b@example.org");
        Assert.StartsWith("250", await talk.DeliverAsync(), StringComparison.Ordinal);
        Assert.Equal(2, store.Connections.Count);
    }

    /// <summary>What it does at the second of three RCPTs, what Postfix is told of it, and of the third.</summary>
    public static TheoryData<string?, string, string> AtRcpt => new()
    {
        { Silence, "451 4.4.2", "451 4.4.2" }, { Closes, "451 4.4.2", "451 4.4.2" }, { "421 4.3.2 going down", "451 4.4.2", "451 4.4.2" }, { "354 go on", "451 4.4.2", "451 4.4.2" },
        { "x", "451 4.4.2", "451 4.4.2" }, { "250 2.1.5 ok\r\n250 2.1.5 twice", "250 2.1.5", "451 4.4.2" },
        { "450 4.2.1 later", "450 4.2.1", "250" }, { "550 5.1.1 who", "550 5.1.1", "250" }, { "501 5.1.3 path", "451 4.3.0", "250" }, { "554 no status", "451 4.3.0", "250" },
    };

    [Theory]
    [MemberData(nameof(AtRcpt))]
    public async Task Trouble_at_RCPT(string? does, string told, string next)
    {
        store.Say("RCPT TO:<two", does);
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("one@example.org");
        await talk.SendAsync("RCPT TO:<two@example.org>\r\n");
        clock.Advance(TimeSpan.FromSeconds(100));
        Assert.StartsWith(told, await talk.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith(next, await talk.AskAsync("RCPT TO:<three@example.org>"), StringComparison.Ordinal);

        // One was accepted: if the backend is lost, so is that.
        var data = await talk.AskAsync("DATA");
        Assert.StartsWith(next == "250" ? "354" : "451 4.4.2", data, StringComparison.Ordinal);
    }

    /// <summary>What it does at DATA, and what Postfix is told.</summary>
    public static TheoryData<string?, string> AtData => new()
    {
        { Silence, "451 4.4.2" }, { Closes, "451 4.4.2" }, { "421 4.3.2 going down", "451 4.4.2" }, { "250 2.0.0 what", "451 4.4.2" }, { "x", "451 4.4.2" },
        { "451 4.3.0 later", "451 4.3.0" }, { "503 5.5.1 no recipients", "451 4.3.0" }, { "554 5.5.1 no recipients", "451 4.3.0" },
    };

    [Theory]
    [MemberData(nameof(AtData))]
    public async Task Trouble_at_DATA_and_the_next_message_is_delivered(string? does, string told)
    {
        store.Say("DATA", does);
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("b@example.org");
        await talk.SendAsync("DATA\r\n");
        clock.Advance(TimeSpan.FromSeconds(100));
        Assert.StartsWith(told, await talk.ReadReplyAsync(), StringComparison.Ordinal);
        await NextIsDeliveredAsync(talk);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("250 2.0.0 stored before its time\r\n")]
    [InlineData("421 4.3.2 going down\r\n")]
    public async Task Backend_that_closes_or_speaks_within_the_content_never_hears_its_end(string? says)
    {
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("b@example.org", "c@example.org");
        await talk.AskAsync("DATA");
        await talk.SendAsync("half\r\n");
        var connection = store.Connections[0];
        if (says is null) await connection.CloseAsync();
        else await connection.Server.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(says));
        await talk.SendAsync("rest\r\n.\r\n");
        await talk.ReceiveAsync("451 4.4.2 Mail store is not available, try again later\r\n451 4.4.2 Mail store is not available, try again later\r\n");
        Assert.Empty(store.Messages);
        await NextIsDeliveredAsync(talk);
    }

    /// <summary>What it does at the dot for the second of three recipients, and what Postfix is told for the three.</summary>
    public static TheoryData<string?, string[]> AtDot => new()
    {
        { Silence, ["250", "451 4.4.2", "451 4.4.2"] },
        { Closes, ["250", "451 4.4.2", "451 4.4.2"] },
        { "nonsense", ["250", "451 4.4.2", "451 4.4.2"] },
        { "354 go on", ["250", "451 4.4.2", "451 4.4.2"] },
        { "100 x", ["250", "451 4.4.2", "451 4.4.2"] },
        { "450 4.2.1 later", ["250", "450 4.2.1", "250"] },
        { "451 4.2.0 disk", ["250", "451 4.2.0", "250"] },
        { "552 5.2.2 full", ["250", "552 5.2.2", "250"] },
        { "554 5.3.0 broken", ["250", "451 4.3.0", "250"] },
        { "550-5.7.1 two\r\n550 5.7.1 lines", ["250", "550-5.7.1", "250"] },
    };

    [Theory]
    [MemberData(nameof(AtDot))]
    public async Task Trouble_after_the_dot_and_the_next_message_is_delivered(string? does, string[] told)
    {
        store.Say(ScriptedBackend.AtDot, "250 2.0.0 first", does, does == Silence ? Silence : "250 2.0.0 third");
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("a@example.org", "b@example.org", "c@example.org");
        await talk.AskAsync("DATA");
        await talk.SendAsync("x\r\n.\r\n");
        if (does == Silence) clock.Advance(LongEnough);
        foreach (var reply in told) Assert.StartsWith(reply, await talk.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal(3, talk.Record.All.Count);
        await NextIsDeliveredAsync(talk);
    }

    [Fact]
    public async Task Too_few_answers_are_unknown_outcomes()
    {
        store.Say(ScriptedBackend.AtDot, "250 2.0.0 first", Silence, Silence);
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("a@example.org", "b@example.org", "c@example.org");
        Assert.StartsWith("250", await talk.DeliverAsync(), StringComparison.Ordinal);
        clock.Advance(LongEnough);
        await talk.ReceiveAsync("451 4.4.2 Mail store did not confirm the delivery\r\n451 4.4.2 Mail store did not confirm the delivery\r\n");
        Assert.Equal(["Stored EndOfMessage a@example.org 250 2.0.0 first", "Unknown EndOfMessage b@example.org no answer in time", "Unknown EndOfMessage c@example.org no answer in time"], talk.Record.Lines);
    }

    [Fact]
    public async Task Too_many_answers_are_unknown_outcomes_because_none_knows_whose_they_are()
    {
        store.Say(ScriptedBackend.AtDot, "250 2.0.0 first\r\n550 5.1.1 second\r\n250 2.0.0 third");
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("a@example.org");
        Assert.StartsWith("451 4.4.2", await talk.DeliverAsync(), StringComparison.Ordinal);
        await NextIsDeliveredAsync(talk);
        Assert.Equal(2, store.Connections.Count);
    }

    [Fact]
    public async Task Backend_that_says_goodbye_behind_its_answers_has_answered()
    {
        store.Say(ScriptedBackend.AtDot, "250 2.0.0 stored\r\n421 4.3.2 going down");
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AddressAsync("a@example.org");
        Assert.Equal("250 2.0.0 stored\r\n", await talk.DeliverAsync());
        await NextIsDeliveredAsync(talk);
    }

    [Fact]
    public async Task Reply_without_end_is_no_reply()
    {
        store.Say("RCPT", "250 " + new string('x', 3000));
        await using var talk = await LmtpTalk.OpenAsync(store, clock);
        await talk.AskAsync("MAIL FROM:<a@example.org>");
        Assert.StartsWith("451 4.4.2", await talk.AskAsync("RCPT TO:<b@example.org>"), StringComparison.Ordinal);
    }

    private static async Task NextIsDeliveredAsync(LmtpTalk talk)
    {
        if (talk.Session.IsCompleted) Assert.Fail("session is over");
        await talk.AddressAsync("next@example.org");
        Assert.StartsWith("250", await talk.DeliverAsync(), StringComparison.Ordinal);
        talk.ReceiveNothing();
    }
}
