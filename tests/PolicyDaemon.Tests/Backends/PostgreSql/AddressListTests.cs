using PolicyDaemon.Backends.PostgreSql;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a@x", "a@x")]
    [InlineData("a@x,b@y", "a@x|b@y")]
    [InlineData(" a@x, b@y\r\n\tc@z ,, ", "a@x|b@y|c@z")]
    [InlineData("\"a,b c\"@x,d@y", "a,b c@x|d@y")]
    [InlineData("\"a\\\"b\"@x", "a\"b@x")]
    [InlineData("a\\,b@x", "a,b@x")]
    [InlineData("\"a,b", "a,b")]
    public void List_is_taken_apart_where_Postfix_takes_it_apart(string text, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), AddressList.Split(text));
}
