using System.Text;
using PolicyDaemon.Wire.Framing;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Framing;

public sealed class PeerTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("sender=alice@truenorth.local", "sender=alice@truenorth.local")]
    [InlineData("a\r\nb\0", "a\\x0d\\x0ab\\x00")]
    [InlineData("\u001b[2J", "\\x1b[2J")]
    [InlineData("\u00fc", "\\xc3\\xbc")]
    [InlineData("\\x0a", "\\\\x0a")]
    public void Bytes_become_one_line_of_printable_ascii(string text, string escaped) =>
        Assert.Equal(escaped, PeerText.Escape(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Long_text_is_cut_and_marked() =>
        Assert.Equal(new string('x', 80) + "...", PeerText.Escape(Encoding.ASCII.GetBytes(new string('x', 81))));
}
