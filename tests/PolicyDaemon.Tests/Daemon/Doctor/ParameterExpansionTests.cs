using PolicyDaemon.Doctor.Postfix;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

/// <summary>Values as <c>postconf -x</c> of Postfix 3.7.11 and 3.10.13 prints them.</summary>
public sealed class ParameterExpansionTests
{
    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["a"] = "one $b",
        ["b"] = "two",
        ["empty"] = "",
        ["level"] = "3.6",
        ["ten"] = "10",
        ["circle"] = "$circle",
    };

    [Theory]
    [InlineData("$a", "one two")]
    [InlineData("x${b}y $(b)", "xtwoy two")]
    [InlineData("$missing-$empty|", "-|")]
    [InlineData("100$$", "100$")]
    [InlineData("${b?yes}${empty?yes}", "yes")]
    [InlineData("${b:no}${empty:no}", "no")]
    [InlineData("${b?{$a}:{no}} ${empty?{yes}:{$b}}", "one two two")]
    [InlineData("${{$level} <level {3.6} ? {no} : {yes}}", "yes")]
    [InlineData("${{$level} <level {3.10} ? {no} : {yes}}", "no")]
    [InlineData("${{$ten} < {9} ? {smaller} : {greater}}", "greater")]
    [InlineData("${{$b} == {two} ? {{ braces }}}", "{ braces }")]
    [InlineData("{ $b, { x = $a } }", "{ two, { x = one two } }")]
    public void Names_and_conditions_are_replaced(string text, string expected) => Assert.Equal(expected, Expand(text));

    [Fact]
    public void A_parameter_made_of_itself_is_refused() => Assert.Throws<FormatException>(() => Expand("$circle"));

    private static string Expand(string text) => new ParameterExpansion(name => Parameters.GetValueOrDefault(name)).Expand(text);
}
