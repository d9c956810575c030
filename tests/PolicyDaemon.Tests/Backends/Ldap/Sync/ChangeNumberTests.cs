using System.Text;
using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class ChangeNumberTests
{
    private const string Text = "20261121101500.123456Z#00000a#00b#00000c";

    /// <summary>Each greater than the one before, octet by octet as slapd compares them.</summary>
    private static readonly string[] Ascending =
    [
        "00010101000000.000000Z#000000#000#000000",
        "19991231235959.999999Z#ffffff#fff#ffffff",
        "20261121101500.123456Z#000000#000#000000",
        "20261121101500.123456Z#000000#000#000001",
        "20261121101500.123456Z#000000#001#000000",
        "20261121101500.123456Z#000000#fff#ffffff",
        "20261121101500.123456Z#000001#000#000000",
        "20261121101500.123456Z#ffffff#fff#ffffff",
        "20261121101500.123457Z#000000#000#000000",
        "20261121101501.000000Z#000000#000#000000",
        "99991231235959.999999Z#ffffff#fff#ffffff",
    ];

    [Fact]
    public void Text_is_read_and_written_the_same()
    {
        var number = Parse(Text);
        Assert.Equal(Text, number.ToString());
        Assert.Equal(11, number.Server);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 15, 0, 123, 456, TimeSpan.Zero), number.Time);
        Assert.All(Ascending, text => Assert.Equal(text, Parse(text).ToString()));
    }

    [Fact]
    public void Order_is_that_of_the_octets()
    {
        for (var i = 0; i < Ascending.Length; i++)
        {
            for (var j = 0; j < Ascending.Length; j++)
            {
                ChangeNumber one = Parse(Ascending[i]), other = Parse(Ascending[j]);
                Assert.Equal(i.CompareTo(j), Math.Sign(one.CompareTo(other)));
                Assert.Equal([i < j, i > j, i <= j, i >= j], new[] { one < other, one > other, one <= other, one >= other });
            }
        }
    }

    [Fact]
    public void Equal_texts_are_equal_numbers()
    {
        Assert.Equal(Parse(Text), Parse(Text.ToUpperInvariant()));
        Assert.NotEqual(Parse(Text), Parse(Ascending[0]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("20261121101500Z#000000#00#000000")]
    [InlineData("20261121101500.123456Z#000000#000#00000")]
    [InlineData("20261121101500.123456Z#000000#000#0000000")]
    [InlineData("20261121101500.123456Z#000000#000#00000g")]
    [InlineData("20261121101500.123456Z#000000#-01#000000")]
    [InlineData("20261121101500.123456Z#000000# 01#000000")]
    [InlineData("20261121101500.123456Z#000000.000#000000")]
    [InlineData("20261321101500.123456Z#000000#000#000000")]
    [InlineData("20261121101500,123456Z#000000#000#000000")]
    [InlineData("20261121101500.123456z#000000#000#000000")]
    [InlineData(" 0261121101500.123456Z#000000#000#000000")]
    [InlineData("2026112110150 .123456Z#000000#000#000000")]
    public void Anything_else_is_no_change_number(string text) => Assert.False(ChangeNumber.TryParse(text, out _));

    [Fact]
    public void Mutated_text_is_read_to_what_it_says_or_not_at_all()
    {
        var mutator = new Mutator(20261121);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(mutator.Mutate(Encoding.ASCII.GetBytes(Text)).Select(octet => (char)octet));
            if (ChangeNumber.TryParse(text, out var number)) Assert.Equal(text, number.ToString(), ignoreCase: true);
        }
    }

    private static ChangeNumber Parse(string text) =>
        ChangeNumber.TryParse(text, out var number) ? number : throw new FormatException(text);
}
