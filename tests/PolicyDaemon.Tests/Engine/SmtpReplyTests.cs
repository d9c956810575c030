using PolicyDaemon.Engine;
using Xunit;

namespace PolicyDaemon.Tests.Engine;

public sealed class SmtpReplyTests
{
    [Theory]
    [InlineData(554, "7.1", "554 5.7.1 no", true)]
    [InlineData(450, "7.1", "450 4.7.1 no", false)]
    [InlineData(421, "3.2", "421 4.3.2 no", false)]
    public void Class_of_the_status_is_that_of_the_code(int code, string detail, string line, bool isPermanent)
    {
        var reply = new SmtpReply(code, detail, "no");
        Assert.Equal((line, isPermanent), (reply.Line, reply.IsPermanent));
    }

    [Theory]
    [InlineData(250, "7.1", "ok")]
    [InlineData(399, "7.1", "no")]
    [InlineData(600, "7.1", "no")]
    [InlineData(560, "7.1", "no")]
    [InlineData(554, "5.7.1", "no")]
    [InlineData(554, "7", "no")]
    [InlineData(554, "7.1234", "no")]
    [InlineData(554, "7.x", "no")]
    [InlineData(554, "7.1", "")]
    [InlineData(554, "7.1", " \n ")]
    public void What_is_no_refusal_cannot_be_made(int code, string detail, string text) =>
        Assert.ThrowsAny<ArgumentException>(() => new SmtpReply(code, detail, text));

    [Theory]
    [InlineData("554 5.7.1 Sending is disabled", "554 5.7.1 Sending is disabled")]
    [InlineData("  451   4.7.1   later  please ", "451 4.7.1 later  please")]
    public void Line_of_the_configuration_is_read(string line, string expected)
    {
        Assert.True(SmtpReply.TryParse(line, out var reply));
        Assert.Equal(expected, reply.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("554")]
    [InlineData("554 5.7.1")]
    [InlineData("554 4.7.1 no")]
    [InlineData("554 5-7-1 no")]
    [InlineData("554 5.7 no")]
    [InlineData("250 2.0.0 ok")]
    [InlineData("+554 5.7.1 no")]
    [InlineData("5540 5.7.1 no")]
    public void Line_that_is_no_refusal_or_contradicts_itself_is_not(string line) => Assert.False(SmtpReply.TryParse(line, out _));

    [Fact]
    public void Text_is_one_line_of_bounded_length()
    {
        var reply = new SmtpReply(554, "7.1", "a\r\nb\t" + new string('x', 1000));
        Assert.StartsWith("a  b x", reply.Text, StringComparison.Ordinal);
        Assert.Equal(SmtpReply.MaxTextLength, reply.Text.Length);
    }
}
