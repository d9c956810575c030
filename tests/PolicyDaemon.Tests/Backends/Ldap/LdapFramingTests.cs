using System.Buffers;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapFramingTests
{
    [Fact]
    public void Messages_joined_are_taken_one_by_one_and_the_rest_is_left()
    {
        byte[] first = LdapReplies.Done(1), second = LdapReplies.Entry(2, new string('x', 300));
        var buffer = new ReadOnlySequence<byte>([.. first, .. second, 0x30]);
        Assert.True(LdapFraming.TryRead(ref buffer, out var message));
        Assert.Equal(first, message.ToArray());
        Assert.True(LdapFraming.TryRead(ref buffer, out message));
        Assert.Equal(second, message.ToArray());
        Assert.False(LdapFraming.TryRead(ref buffer, out _));
        Assert.Equal(1, buffer.Length);
    }

    [Fact]
    public void Message_cut_at_any_octet_waits_for_the_rest()
    {
        var message = LdapReplies.Entry(2, new string('x', 300));
        for (var length = 0; length < message.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(message, 0, length);
            Assert.False(LdapFraming.TryRead(ref buffer, out _));
        }
    }

    [Theory]
    [InlineData("48545450")] // HTTP
    [InlineData("160301")] // TLS
    [InlineData("3080")] // indefinite length
    [InlineData("308500000000")] // five octets of length
    [InlineData("3084003ffffb")] // one octet too long
    [InlineData("3084ffffffff")]
    public void What_is_no_message_or_too_long_is_refused(string hex)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.Throws<LdapProtocolException>(() => LdapFraming.TryRead(ref buffer, out _));
    }

    [Fact]
    public void Longest_message_is_waited_for()
    {
        Assert.True(LdapFraming.TryReadLength(Convert.FromHexString("3084003ffffa"), out var length));
        Assert.Equal(LdapFraming.MaxMessageBytes, length);
    }
}
