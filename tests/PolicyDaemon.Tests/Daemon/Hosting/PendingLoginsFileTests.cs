using PolicyDaemon.Hosting;
using PolicyDaemon.Wire.DovecotAuth;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class PendingLoginsFileTests : IDisposable
{
    private static readonly PendingLogins Logins = new(
        77, 5, [new PendingLogin(15074, uint.MaxValue, "e222b572eb3f64e7cbd7dbd5280cb7e2", "gr\u00fcn \"x\"@truenorth.local", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))]);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("pd-");
    private readonly List<string> reports = [];

    private string FilePath => Path.Combine(directory.FullName, "logins.json");

    private PendingLoginsFile File => new(FilePath, reports.Add);

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void What_was_left_is_taken_once_and_nobody_else_can_read_it()
    {
        Assert.Null(File.Take());
        File.Leave(Logins);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(FilePath));

        var taken = File.Take()!;
        Assert.Equal((77u, 5u), (taken.ServerId, taken.Connections));
        Assert.Equal(Logins.Logins, taken.Logins);
        Assert.Null(File.Take());
        Assert.Empty(reports);
    }

    [Fact]
    public void Nothing_is_written_when_nobody_is_on_the_way()
    {
        File.Leave(Logins with { Logins = [] });
        Assert.False(System.IO.File.Exists(FilePath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"ServerId\":1,\"Connections\":1,\"Logins\":null}")]
    [InlineData("{\"ServerId\":-1}")]
    public void What_cannot_be_read_is_as_if_it_were_not_there(string text)
    {
        System.IO.File.WriteAllText(FilePath, text);
        System.IO.File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Null(File.Take());
        Assert.Null(File.Take());
        Assert.True(reports.Count <= 1);
        Assert.All(reports, report => Assert.Contains("damaged", report, StringComparison.Ordinal));
    }

    [Fact]
    public void Directory_that_is_not_there_is_told()
    {
        new PendingLoginsFile(Path.Combine(directory.FullName, "gone", "logins.json"), reports.Add).Leave(Logins);
        Assert.StartsWith("cannot write ", Assert.Single(reports), StringComparison.Ordinal);
    }
}
