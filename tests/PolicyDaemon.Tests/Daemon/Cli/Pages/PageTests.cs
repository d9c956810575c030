using PolicyDaemon.Cli.Pages;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli.Pages;

public sealed class PageTests
{
    [Fact]
    public void Columns_are_aligned_with_and_without_colour()
    {
        Word[][] rows = [["a", new Word("übel", Tone.Bad), "x"], ["longer", "b", ""]];

        Assert.Equal("  a       übel  x\n  longer  b\n", Write(hasColour: false, rows));
        Assert.Equal("  a       \e[31mübel\e[0m  x\n  longer  b\n", Write(hasColour: true, rows));
    }

    private static string Write(bool hasColour, Word[][] rows)
    {
        using StringWriter writer = new();
        new Page(writer, hasColour).Table(rows, indent: 2);
        return writer.ToString();
    }
}
