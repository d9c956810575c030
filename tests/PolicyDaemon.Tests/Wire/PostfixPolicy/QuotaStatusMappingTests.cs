using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

public sealed class QuotaStatusMappingTests
{
    private const string NotFull = "fits";
    private const string Full = "full";
    private const string NotFound = "not found";
    private const string Unavailable = "unavailable";

    [Theory]
    [InlineData("OK", NotFull)]
    [InlineData("DUNNO", NotFull)]
    [InlineData("ok", NotFull)]
    [InlineData("DUNNO quota is fine", NotFull)]
    [InlineData("552 5.2.2 Mailbox is full", Full)]
    [InlineData("452 4.2.2 Mailbox is full", Full)]
    [InlineData("554 5.2.2 Quota exceeded (mailbox for user is full)", Full)]
    [InlineData("552 5.2.3 Message too large", Full)]
    [InlineData("550 5.2.3 Message too large", Full)]
    [InlineData("552 Mailbox is full", Full)]
    [InlineData("452 later", Full)]
    [InlineData("REJECT Mailbox is full", Full)]
    [InlineData("REJECT", Full)]
    [InlineData("550 Mailbox is full", Full)]
    [InlineData("REJECT Unknown user", NotFound)]
    [InlineData("REJECT 5.1.1 no such person", NotFound)]
    [InlineData("550 5.1.1 no such person", NotFound)]
    [InlineData("550 User unknown", NotFound)]
    [InlineData("450 4.1.1 User unknown", Unavailable)]
    [InlineData("451 4.3.0 Try again later", Unavailable)]
    [InlineData("DEFER", Unavailable)]
    [InlineData("DEFER_IF_PERMIT Internal quota calculation error", Unavailable)]
    [InlineData("DEFER_IF_REJECT x", Unavailable)]
    [InlineData("", Unavailable)]
    [InlineData("   ", Unavailable)]
    [InlineData("250", Unavailable)]
    [InlineData("PREPEND X: y", Unavailable)]
    [InlineData("OKAY", Unavailable)]
    [InlineData("5522 5.2.2 Mailbox is full", Unavailable)]
    public void Action_is_read_as(string action, string expected)
    {
        var answer = QuotaStatusMapping.ToLookup(action);
        Assert.Equal(expected, answer.Answer switch
        {
            LookupAnswer.Found => answer.Value!.IsOverQuota ? Full : NotFull,
            LookupAnswer.NotFound => NotFound,
            _ => Unavailable,
        });
    }

    [Fact]
    public void Action_that_is_not_understood_is_told_in_one_safe_line() =>
        Assert.Equal("quota-status: answered BCC a?[2J " + new string('x', 107) + "...", QuotaStatusMapping.ToLookup("BCC a\u001b[2J " + new string('x', 500)).Cause);
}
