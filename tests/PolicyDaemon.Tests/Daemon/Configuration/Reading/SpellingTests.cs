using PolicyDaemon.Configuration.Reading;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration.Reading;

public sealed class SpellingTests
{
    private static readonly string[] Words = ["directory", "deadline", "limits", "listen", "log", "information"];

    [Theory]
    [InlineData("direktory", "directory")]
    [InlineData("DIRECTROY", "directory")]
    [InlineData("limit", "limits")]
    [InlineData("info", "information")]
    [InlineData("lgo", "log")]
    public void Nearest_word_is_named(string word, string nearest) => Assert.Equal(nearest, Spelling.Nearest(word, Words));

    [Theory]
    [InlineData("bananas")]
    [InlineData("x")]
    [InlineData("li")]
    public void No_word_is_named_when_none_is_near(string word) => Assert.Null(Spelling.Nearest(word, Words));

    [Fact]
    public void Endless_word_is_not_even_compared() => Assert.Null(Spelling.Nearest(new string('d', 1_000_000), Words));
}
