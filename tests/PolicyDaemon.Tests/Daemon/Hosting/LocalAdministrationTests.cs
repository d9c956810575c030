using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Cli;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Hosting;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class LocalAdministrationTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("policydaemon-local-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Command_without_a_daemon_changes_asks_and_blocks_for_real()
    {
        await using OpenedAdministration opened = await OpenAsync(PathOf("policydaemon.db"), store: null);
        IAdministration administration = opened.Administration;
        Assert.Null((await administration.ChangeDomainAsync(new DomainOrder(MailboxChange.Add, "truenorth.local"), default)).Refusal);
        Assert.Null((await administration.ChangeAccountAsync(new AccountOrder(MailboxChange.Add, "alice@truenorth.local", "{PLAIN}x"), default)).Refusal);
        AskRequest question = new("alice@truenorth.local", "alice@truenorth.local", "eve@example.org");

        Assert.Equal(Verdict.Dunno, (await administration.AskAsync(question, default)).Report!.Verdict);
        BlockGiven given = (await administration.BlockAsync(new BlockOrder(new BlockTarget(BlockScope.Login, "alice@truenorth.local")), default)).Report!;

        Assert.Equal(Environment.UserName, given.Block.Author);
        Assert.Equal(Verdict.Reject, (await administration.AskAsync(question, default)).Report!.Verdict);
    }

    [Fact]
    public async Task Blocks_and_accounts_may_lie_in_two_files()
    {
        await using (OpenedAdministration opened = await OpenAsync(PathOf("people.db"), PathOf("blocks.db")))
        {
            await opened.Administration.ChangeDomainAsync(new DomainOrder(MailboxChange.Add, "truenorth.local"), default);
            await opened.Administration.BlockAsync(new BlockOrder(new BlockTarget(BlockScope.Everyone, "")), default);
        }

        using SqliteDatabase people = SqliteDatabase.Open(PathOf("people.db"));
        Assert.Single(await new DomainTable(people).ListAsync(default));
        using SqliteBlocks noBlocks = new(people, TimeProvider.System);
        Assert.True((await noBlocks.ReadAsync(default)).Value!.IsEmpty);
    }

    [Fact]
    public async Task File_that_cannot_be_used_is_said_with_its_name()
    {
        File.WriteAllText(PathOf("policydaemon.db"), "this is no database");
        SqliteFileException exception = await Assert.ThrowsAsync<SqliteFileException>(() => OpenAsync(PathOf("policydaemon.db"), store: null));
        Assert.Contains(PathOf("policydaemon.db"), exception.Message, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private Task<OpenedAdministration> OpenAsync(string directory, string? store)
    {
        string[] settings = ["--directory:sqlite:path", directory, .. store is null ? Array.Empty<string>() : ["--store", $"sqlite:{store}"]];
        File.WriteAllText(PathOf("policydaemon.json"), "{}");
        LoadedConfiguration loaded = ConfigurationLoader.Load(PathOf("policydaemon.json"), settings, new Dictionary<string, string>());
        Assert.Empty(loaded.Errors);
        return LocalAdministration.OpenAsync(loaded, TimeProvider.System);
    }
}
