using System.Text;
using PolicyDaemon.Engine.Authentication;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Authentication;

public sealed class PasswordTests
{
    public static TheoryData<byte[], bool> Octets => new()
    {
        { [], false },
        { "x"u8.ToArray(), true },
        { "pass\tword \"'%$*)(uid=*"u8.ToArray(), true },
        { "grün"u8.ToArray(), true },
        { [0xe9, 0xff], true },
        { "a\0"u8.ToArray(), false },
        { "\0"u8.ToArray(), false },
        { new byte[1024].Select(_ => (byte)'x').ToArray(), true },
        { new byte[1025].Select(_ => (byte)'x').ToArray(), false },
        { new byte[10_240].Select(_ => (byte)'x').ToArray(), false },
    };

    [Theory]
    [MemberData(nameof(Octets))]
    public void Password_is_1_to_1024_octets_without_NUL(byte[] octets, bool isUsable)
    {
        using var password = new Password(octets);
        Assert.Equal(isUsable, password.IsUsable);
        Assert.Equal(isUsable ? octets : [], password.Octets.ToArray());
    }

    [Fact]
    public void Nothing_that_prints_shows_it()
    {
        using var password = new Password("s3cret"u8);
        var request = new AuthenticationRequest { Login = "alice", Password = password };

        Assert.DoesNotContain("s3cret", $"{password} {request} {new PasswordQuestion(["alice"], password)}", StringComparison.Ordinal);
    }

    [Fact]
    public void Disposed_password_is_overwritten_and_what_it_was_made_of_is_not()
    {
        var received = Encoding.UTF8.GetBytes("s3cret");
        var password = new Password(received);
        password.Dispose();

        Assert.Equal(new byte[6], password.Octets.ToArray());
        Assert.Equal("s3cret"u8.ToArray(), received);
    }
}
