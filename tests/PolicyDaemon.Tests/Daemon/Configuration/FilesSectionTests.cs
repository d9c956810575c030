using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

/// <summary>What is said of the files of a directory before it is asked.</summary>
public sealed class FilesSectionTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Good_files_leave_nothing_to_say()
    {
        folder.Write("users", "alice@example.org:{PLAIN}x\n");
        folder.Write("virtual", "sales@example.org alice@example.org\n", isForOthers: true);
        Assert.Empty(Warnings());
    }

    [Fact]
    public void Passwords_that_everybody_can_read_are_told()
    {
        var path = folder.Write("users", "alice@example.org:{PLAIN}x\n", isForOthers: true);
        folder.Write("virtual", "");
        Assert.Equal([$"directory.files.passwd[0] = \"{path}\": every user of this machine can read the passwords in it: chmod o-rwx {path}"], Warnings());
    }

    [Fact]
    public void Files_that_everybody_can_write_are_told()
    {
        var (users, aliases) = (folder.Write("users", ""), folder.Write("virtual", ""));
        foreach (var path in new[] { users, aliases }) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Assert.Equal(
            [
                $"directory.files.passwd[0] = \"{users}\": every user of this machine can write passwords into it: chmod o-rwx {users}",
                $"directory.files.aliases[0] = \"{aliases}\": every user of this machine can write aliases into it: chmod o-w {aliases}",
            ],
            Warnings());
    }

    [Fact]
    public void Line_that_is_wrong_is_told_without_what_stands_there()
    {
        folder.Write("users", "alice@example.org:{PLAIN}x\nbob@example.org s3cret\n");
        folder.Write("virtual", "sales@example.org\n");
        var warnings = Warnings().ToList();
        Assert.Contains("line 2: has no : or | behind the login: nothing in it is in force until that is mended", warnings[0], StringComparison.Ordinal);
        Assert.Contains("line 1: has no address, or nothing behind it", warnings[1], StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", string.Concat(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_the_only_directory_where_nothing_else_is_written()
    {
        var options = folder.LoadGood("""{ "directory": { "domains": ["example.org"], "identity": "files", "files": { "passwd": ["{folder}/users"] } } }""");
        Assert.Null(options.Directory.Sqlite);
        Assert.Equal("files", options.Directory.Identity);
    }

    private IEnumerable<string> Warnings()
    {
        var loaded = folder.Load("""{ "directory": { "domains": ["example.org"], "files": { "passwd": ["{folder}/users"], "aliases": ["{folder}/virtual"] } } }""");
        Assert.Empty(loaded.Errors);
        return loaded.Warnings.Select(warning => warning[(warning.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
    }
}
