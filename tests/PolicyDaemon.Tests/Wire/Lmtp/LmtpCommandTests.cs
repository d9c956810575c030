using PolicyDaemon.Wire.Lmtp;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

public sealed class LmtpCommandTests
{
    [Theory]
    [InlineData("<a@example.org>", "a@example.org", "")]
    [InlineData("<> SIZE=1", "", " SIZE=1")]
    [InlineData("<\"q x\"@example.org> SIZE=1", "q x@example.org", " SIZE=1")]
    [InlineData("<\"a>\\\"b\"@example.org>", "a>\"b@example.org", "")]
    [InlineData("<@one.example,@two.example:a@example.org>", "a@example.org", "")]
    [InlineData("<j\xc3\xb6rg@example.org>", "j\u00f6rg@example.org", "")]
    public void Path_is_kept_as_written_and_read_in_internal_form(string arguments, string address, string rest)
    {
        var path = LmtpPath.Read(arguments, out var behind);
        Assert.NotNull(path);
        Assert.Equal((address, rest, arguments[..^rest.Length]), (path.Address, behind, path.Text));
    }

    [Theory]
    [InlineData("a@example.org"), InlineData("<a@example.org"), InlineData("<a b@example.org>"), InlineData("<a@example.org>SIZE=1"), InlineData("<\"a@example.org>"), InlineData("<<a>>"), InlineData("")]
    public void What_is_no_path_is_none(string arguments) => Assert.Null(LmtpPath.Read(arguments, out _));

    [Fact]
    public void MAIL_has_the_parameters_that_are_carried()
    {
        var mail = Assert.IsType<LmtpCommand.Mail>(LmtpCommandParser.Parse("mail from:<a@x> SIZE=20 body=8BITMIME SMTPUTF8"));
        Assert.Equal((20L, true, true, "<a@x>"), (mail.Size, mail.IsEightBit, mail.IsUtf8, mail.Sender.Text));
        Assert.Equal((null, false, false), Assert.IsType<LmtpCommand.Mail>(LmtpCommandParser.Parse("MAIL FROM:<> BODY=7BIT")) is var plain ? (plain.Size, plain.IsEightBit, plain.IsUtf8) : default);
    }

    [Theory]
    [InlineData("MAIL FROM:<a@x> RET=FULL", 555), InlineData("MAIL FROM:<a@x> SIZE=x", 555), InlineData("MAIL FROM:<a@x> BODY=BINARYMIME", 555), InlineData("MAIL a@x", 501)]
    [InlineData("RCPT TO:<a@x> NOTIFY=NEVER", 555), InlineData("RCPT TO:<>", 501), InlineData("RCPT <a@x>", 501), InlineData("DATA now", 501), InlineData("LHLO", 501)]
    [InlineData("EHLO x", 500), InlineData("", 500), InlineData("GET / HTTP/1.1", 500), InlineData("BDAT 3 LAST", 502), InlineData("STARTTLS", 502), InlineData("NOOP\0", 501)]
    public void What_is_no_command_says_why(string line, int code) => Assert.Equal(code, Assert.IsType<LmtpCommand.Bad>(LmtpCommandParser.Parse(line)).Reply.Code);

    [Fact]
    public void XFORWARD_tells_of_the_client()
    {
        var client = ForwardedClient.Unknown.With("NAME=mail.example.org ADDR=IPV6:2001:db8::1 PORT=42264")?.With("PROTO=ESMTP HELO=a+2Bb IDENT=4X1 SOURCE=REMOTE");
        Assert.NotNull(client);
        Assert.Equal(("mail.example.org", "2001:db8::1", "a+b", "4X1"), (client.Name, client.Address?.ToString(), client.Helo, client.QueueId));
        Assert.Equal("ADDR=IPV6:2001:db8::1 HELO=a+2Bb SESSION=4X1 TIMEOUT=540", client.ToXclient(["ADDR", "HELO", "SESSION", "TIMEOUT"], TimeSpan.FromSeconds(540)));
        Assert.Null(ForwardedClient.Unknown.With("NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE]")?.Address);
        Assert.Equal("", ForwardedClient.Unknown.ToXclient(["ADDR"], TimeSpan.Zero));
    }

    [Theory]
    [InlineData("NAME"), InlineData("=x"), InlineData("NAME=+2"), InlineData("NAME=a+0Ab"), InlineData("WHO=x")]
    public void XFORWARD_that_is_malformed_is_not_taken(string arguments) => Assert.Null(ForwardedClient.Unknown.With(arguments));
}
