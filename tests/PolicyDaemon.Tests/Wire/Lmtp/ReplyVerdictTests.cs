using PolicyDaemon.Wire.Lmtp;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

public sealed class ReplyVerdictTests
{
    /// <summary>What a backend says, and what Postfix is told.</summary>
    public static TheoryData<string, string> Replies => new()
    {
        { "250 2.1.5 OK", "Stored 250 2.1.5 OK" },
        { "250 OK", "Stored 250 2.0.0 OK" },
        { "450 4.2.1 later", "Deferred 450 4.2.1 later" },
        { "451 later", "Deferred 451 4.0.0 later" },
        { "421 4.3.2 going down", "Deferred 451 4.3.0 Mail store said 421: going down" },
        { "550 5.1.1 <x@example.org> User doesn't exist", "Refused 550 5.1.1 <x@example.org> User doesn't exist" },
        { "552 5.2.2 full", "Refused 552 5.2.2 full" },
        { "554 5.6.0 not a message", "Refused 554 5.6.0 not a message" },
        { "554 5.7.1 no", "Refused 554 5.7.1 no" },
        { "552 5.3.4 too large", "Refused 552 5.3.4 too large" },

        // About the backend, or our commands, and not about this recipient.
        { "500 5.5.2 what?", "Deferred 451 4.3.0 Mail store said 500: what?" },
        { "501 5.1.3 Invalid path", "Deferred 451 4.3.0 Mail store said 501: Invalid path" },
        { "502 5.5.1 not here", "Deferred 451 4.3.0 Mail store said 502: not here" },
        { "503 5.5.1 not now", "Deferred 451 4.3.0 Mail store said 503: not now" },
        { "554 5.3.0 system", "Deferred 451 4.3.0 Mail store said 554: system" },
        { "550 no", "Deferred 451 4.3.0 Mail store said 550: no" },
        { "550 4.1.1 no", "Deferred 451 4.3.0 Mail store said 550: 4.1.1 no" },
        { "599 5.1.1 no", "Deferred 451 4.3.0 Mail store said 599: no" },
        { "354 go on", "Deferred 451 4.3.0 Mail store said 354: go on" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void Refusal_stands_only_where_it_is_about_the_recipient(string said, string told)
    {
        var verdict = ReplyVerdict.Of(Parse(said));
        Assert.Equal((told, said), ($"{verdict.Outcome} {verdict.Reply.Text}", verdict.Said));
    }

    [Theory]
    [InlineData("550 5.7.1 no", "Deferred 451 4.3.0 Mail store said 550: no")]
    [InlineData("552 5.3.4 too large", "Refused 552 5.3.4 too large")]
    public void To_MAIL_only_the_size_refuses_for_good(string said, string told)
    {
        var verdict = ReplyVerdict.OfMail(Parse(said));
        Assert.Equal(told, $"{verdict.Outcome} {verdict.Reply.Text}");
    }

    private static LmtpReply Parse(string said) => new(int.Parse(said[..3], System.Globalization.CultureInfo.InvariantCulture), said[4..]);
}
