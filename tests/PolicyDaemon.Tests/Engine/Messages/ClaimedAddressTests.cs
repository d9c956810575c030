using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Messages;

public sealed class ClaimedAddressTests
{
    [Theory]
    [InlineData("Alice Liddell", "")]
    [InlineData("Alice @ Work", "")]
    [InlineData("@alice", "")]
    [InlineData("alice@", "")]
    [InlineData("ceo@a.example", "ceo@a.example alone")]
    [InlineData(" <ceo@a.example> ", "ceo@a.example alone")]
    [InlineData("'ceo@a.example'", "ceo@a.example alone")]
    [InlineData("ceo@a.example.", "ceo@a.example alone")]
    [InlineData("bob@a.example via Support", "bob@a.example")]
    [InlineData("ceo@a.example!", "ceo@a.example alone")]
    [InlineData("write to ceo@a.example/now", "ceo@a.example")]
    [InlineData("ceo@\u00e4.example", "ceo@\u00e4.example alone")]
    [InlineData("The CEO (ceo@a.example)", "ceo@a.example")]
    [InlineData("a@b.example, c@d.example", "a@b.example, c@d.example")]
    [InlineData("a@b.example@c.example", "a@b.example, b.example@c.example")]
    [InlineData("ceo\uff20a\uff0eexample", "ceo@a.example alone")]
    [InlineData("ceo@a\u200b.exam\u00adple", "ceo@a.example alone")]
    [InlineData("c_e_o@a.example", "c_e_o@a.example alone")]
    public void Names_are_searched_as_a_reader_sees_them(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", ClaimedAddress.FindAll(text).Select(claim => claim.IsAlone ? $"{claim.Text} alone" : claim.Text)));
}
