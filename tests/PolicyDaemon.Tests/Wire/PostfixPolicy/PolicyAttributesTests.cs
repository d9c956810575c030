using System.Text;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

public sealed class PolicyAttributesTests
{
    public static TheoryData<int> Indexes => [.. Enumerable.Range(0, PolicyAttributes.Names.Length)];

    [Fact]
    public void Every_attribute_has_its_name_on_the_wire() =>
        Assert.Equal(PolicyAttributes.Names, Enum.GetNames<PolicyAttribute>().Select(SnakeCase));

    /// <summary>A set of them is kept in 64 bits.</summary>
    [Fact]
    public void There_are_no_more_than_64() => Assert.InRange(PolicyAttributes.Names.Length, 1, 64);

    [Theory]
    [MemberData(nameof(Indexes))]
    public void Attribute_is_found_wherever_it_stands(int index)
    {
        foreach (var guess in Enum.GetValues<PolicyAttribute>().Append((PolicyAttribute)PolicyAttributes.Names.Length))
        {
            var line = Encoding.ASCII.GetBytes(PolicyAttributes.Names[index] + "=a=b");
            Assert.True(PolicyAttributes.TryFind(line, guess, out var attribute, out var value));
            Assert.Equal(index, (int)attribute);
            Assert.Equal("a=b", Encoding.ASCII.GetString(value));
        }
    }

    [Theory]
    [InlineData("sender")]
    [InlineData("sende=x")]
    [InlineData("senders=x")]
    [InlineData("Sender=x")]
    [InlineData(" sender=x")]
    [InlineData("sender =x")]
    [InlineData("=x")]
    [InlineData("")]
    public void Other_names_are_unknown(string line) =>
        Assert.False(PolicyAttributes.TryFind(Encoding.ASCII.GetBytes(line), PolicyAttribute.Sender, out _, out _));

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((character, i) => char.IsUpper(character) && i > 0 ? $"_{character}" : $"{character}")).ToLowerInvariant();
}
