using System.Text;
using PolicyDaemon.Wire.Framing;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Framing;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("a\nbb\n\nccc\n")]
    [InlineData("\n\n")]
    [InlineData("12345678\n")]
    public void Lines_split_at_any_two_bytes_are_the_same(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                LineReader reader = new(8);
                var lines = Read(reader, bytes[..first]) + Read(reader, bytes[first..second]) + Read(reader, bytes[second..]);
                Assert.Equal(text, lines);
                Assert.False(reader.HasPart);
            }
        }
    }

    [Fact]
    public void Line_one_byte_too_long_is_refused_before_it_ends()
    {
        LineReader reader = new(8);
        ReadOnlySpan<byte> input = "1234"u8;
        Assert.Equal(LineStatus.Incomplete, reader.Read(ref input, out _));
        input = "56789"u8;
        Assert.Equal(LineStatus.TooLong, reader.Read(ref input, out _));
    }

    [Fact]
    public void Line_that_is_whole_is_handed_out_in_place()
    {
        LineReader reader = new(8);
        ReadOnlySpan<byte> input = "abc\ndef"u8;
        var start = input;
        Assert.Equal(LineStatus.Line, reader.Read(ref input, out var line));
        Assert.True(line.Overlaps(start));
        Assert.Equal("def"u8, input);
    }

    [Fact]
    public void Part_of_a_line_is_told()
    {
        LineReader reader = new(8);
        ReadOnlySpan<byte> input = "ab"u8;
        Assert.Equal(LineStatus.Incomplete, reader.Read(ref input, out _));
        Assert.True(reader.HasPart);
        Assert.True(input.IsEmpty);
    }

    private static string Read(LineReader reader, byte[] bytes)
    {
        StringBuilder lines = new();
        ReadOnlySpan<byte> input = bytes;
        while (reader.Read(ref input, out var line) == LineStatus.Line) lines.Append(Encoding.ASCII.GetString(line)).Append('\n');
        return lines.ToString();
    }
}
