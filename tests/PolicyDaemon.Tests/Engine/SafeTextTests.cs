using PolicyDaemon.Engine;
using Xunit;

namespace PolicyDaemon.Tests.Engine;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("two\r\nlines", "two  lines")]
    [InlineData("\ttab\u00a0space\u2028", "tab space")]
    [InlineData("bell\u0007 nul\0 del\u007f", "bell? nul? del?")]
    [InlineData("größe \ud83d\ude00", "gr??e ??")]
    [InlineData("\u001b[31mred", "?[31mred")]
    [InlineData("", "")]
    public void Text_becomes_one_line_of_printable_ASCII(string text, string expected) =>
        Assert.Equal(expected, SafeText.OneLine(text, 100));

    [Theory]
    [InlineData(10, "abcdefghij")]
    [InlineData(9, "abcdef...")]
    [InlineData(3, "abc")]
    public void Long_text_is_cut_and_says_so(int maxLength, string expected) =>
        Assert.Equal(expected, SafeText.OneLine("abcdefghij", maxLength));
}
