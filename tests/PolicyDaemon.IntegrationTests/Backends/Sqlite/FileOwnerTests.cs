using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Sqlite;

/// <summary>Root, as which these tests run, makes the file in the daemon's directory before the daemon has ever run.</summary>
public sealed class FileOwnerTests : StackTests
{
    private const string Owner = "4242:4243";

    [Fact]
    public async Task File_made_by_root_and_what_belongs_to_it_are_the_directory_owners()
    {
        var directory = Directory.CreateDirectory(Root.PathOf("state")).FullName;
        (await Command.RunAsync("chown", [Owner, directory])).EnsureSuccess();

        using var database = SqliteDatabase.OpenOrCreate(Path.Combine(directory, "policydaemon.db"));
        await new DomainTable(database).AddAsync("truenorth.example", isEnabled: true, TestContext.Current.CancellationToken);
        using var reader = database.Readers.Rent();

        var files = Directory.GetFiles(directory);
        Assert.Equal(3, files.Length);
        foreach (var file in files)
        {
            var stat = (await Command.RunAsync("stat", ["-c", "%u:%g %a", file])).EnsureSuccess();
            Assert.Equal($"{Owner} 600", stat.Output.Trim());
        }
    }
}
