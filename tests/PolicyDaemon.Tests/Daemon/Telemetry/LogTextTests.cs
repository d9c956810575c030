using System.Text;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class LogTextTests
{
    [Theory]
    [InlineData("alice@truenorth.local", "k=alice@truenorth.local")]
    [InlineData("", "k=\"\"")]
    [InlineData("two words", "k=\"two words\"")]
    [InlineData("a=b", "k=\"a=b\"")]
    [InlineData("say \"hi\"\\", "k=\"say \\\"hi\\\"\\\\\"")]
    [InlineData("x\naction=dunno", "k=\"x\\naction=dunno\"")]
    [InlineData("\u001b[2J", "k=\"\\u001b[2J\"")]
    [InlineData("a\u202eb", "k=\"a\\u202eb\"")]
    [InlineData("a\u0085b\u2028c", "k=\"a\\u0085b\\u2028c\"")]
    [InlineData("jürgen", "k=\"jürgen\"")]
    public void Value_can_neither_break_the_line_nor_pass_for_another_field(string value, string expected)
    {
        StringBuilder line = new();
        LogText.Append(line, "k", value);
        Assert.Equal(" " + expected, line.ToString());
    }

    [Fact]
    public void Half_a_surrogate_pair_is_escaped()
    {
        StringBuilder line = new();
        LogText.Append(line, "k", new string('\ud800', 1));
        Assert.Equal(" k=\"\\ud800\"", line.ToString());
    }

    [Fact]
    public void Exception_is_shown_with_its_stack()
    {
        StringBuilder line = new();
        LogText.Append(line, "exception", new string('x', 5000));
        Assert.Equal($" exception={new string('x', 5000)}", line.ToString());
    }

    [Fact]
    public void Long_value_is_cut_and_marked()
    {
        StringBuilder line = new();
        LogText.Append(line, "k", new string('x', 5000));
        Assert.Equal($" k={new string('x', LogText.MaxValueLength)}...", line.ToString());
    }
}
