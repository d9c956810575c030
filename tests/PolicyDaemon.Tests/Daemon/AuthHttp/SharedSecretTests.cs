using PolicyDaemon.AuthHttp;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.AuthHttp;

public sealed class SharedSecretTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("policydaemon-secret-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdef\n")]
    [InlineData("0123456789abcdef\r\n")]
    public void Secret_is_the_line_of_its_file(string content)
    {
        var secret = SharedSecret.Read(Write(content));

        Assert.True(secret.Matches("0123456789abcdef"));
        foreach (var wrong in (string[])["", "0123456789abcde", "0123456789abcdef ", "0123456789abcdeg", "0123456789ABCDEF"]) Assert.False(secret.Matches(wrong));
        Assert.False(secret.Matches(default));
        Assert.False(secret.Matches(new(["0123456789abcdef", "0123456789abcdef"])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcde\n")]
    [InlineData("0123456789 abcdef\n")]
    [InlineData("0123456789\nabcdef\n")]
    [InlineData("0123456789abcdé\n")]
    public void File_without_one_is_an_error_that_does_not_show_it(string content)
    {
        var file = Write(content);

        Assert.Null(SharedSecret.TryRead(file));
        Assert.Equal($"{file}: expected 16 to 256 printable characters without a blank", Assert.Throws<IOException>(() => SharedSecret.Read(file)).Message);
    }

    [Fact]
    public void Secret_that_is_too_long_is_none()
    {
        Assert.NotNull(SharedSecret.TryRead(Write(new string('x', 256) + "\r\n")));
        Assert.Null(SharedSecret.TryRead(Write(new string('x', 257))));
    }

    private string Write(string content)
    {
        var file = Path.Combine(folder.FullName, "secret");
        File.WriteAllText(file, content);
        return file;
    }
}
