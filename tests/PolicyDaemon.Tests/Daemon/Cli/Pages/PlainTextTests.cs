using PolicyDaemon.Cli.Pages;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli.Pages;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("alice", "alice")]
    [InlineData("Müller 東京", "Müller 東京")]
    [InlineData("a\e[31mb", "a\\u{1b}[31mb")]
    [InlineData("a\nb\rc\td", "a\\u{a}b\\u{d}c\\u{9}d")]
    [InlineData("a\u009bb", "a\\u{9b}b")]
    [InlineData("exe\u202etxt", "exe\\u{202e}txt")]
    public void Nothing_can_move_the_cursor_or_turn_the_line(string text, string shown) => Assert.Equal(shown, PlainText.Of(text));

    [Fact]
    public void Half_a_character_is_shown_as_such() => Assert.Equal("\\u{fffd}x", PlainText.Of(new string(['\ud800', 'x'])));
}
