using PolicyDaemon.Wire.DovecotAuth;
using Xunit;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

public sealed class UserMaskTests
{
    [Theory]
    [InlineData("*", "bob@truenorth.local", true)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "bob", false)]
    [InlineData("bob", "bob", true)]
    [InlineData("bob", "bobby", false)]
    [InlineData("bobby", "bob", false)]
    [InlineData("BOB*", "bob@truenorth.local", true)]
    [InlineData("*@truenorth.local", "bob@truenorth.local", true)]
    [InlineData("*@truenorth.local", "bob@elsewhere.example", false)]
    [InlineData("b?b@*", "bob@truenorth.local", true)]
    [InlineData("b?b@*", "bb@truenorth.local", false)]
    [InlineData("*o*o*", "bob@truenorth.local", true)]
    [InlineData("*o*o*z", "bob@truenorth.local", false)]
    [InlineData("a*b*c", "aXbXbXc", true)]
    [InlineData("***", "bob", true)]
    public void Mask_matches(string mask, string user, bool isMatch) => Assert.Equal(isMatch, new UserMask(mask).Matches(user));

    [Fact]
    public void Hostile_mask_costs_no_more_than_its_length_times_the_names()
    {
        UserMask mask = new(string.Concat(Enumerable.Repeat("*a", 4000)) + "b");
        Assert.False(mask.Matches(new string('a', 4000)));
    }
}
