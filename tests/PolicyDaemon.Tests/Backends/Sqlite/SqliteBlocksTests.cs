using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Blocks;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>The contract of blocks on a database file; each opening is a database of its own, as another process has it.</summary>
public sealed class SqliteBlocksTests : BlocksContract
{
    private readonly TemporaryDirectory directory = new();
    private readonly Stack<IDisposable> opened = new();

    private string FilePath => directory.File("policydaemon.db");

    private string AwayPath => directory.File("away.db");

    public override ValueTask DisposeAsync()
    {
        while (opened.TryPop(out var disposable)) disposable.Dispose();
        directory.Dispose();
        return default;
    }

    protected override ValueTask<IBlocks> OpenAsync() => new(Open(TimeProvider.System));

    protected override ValueTask StopAsync()
    {
        File.Move(FilePath, AwayPath);
        return default;
    }

    protected override ValueTask ResumeAsync()
    {
        File.Move(AwayPath, FilePath);
        return default;
    }

    [Fact]
    public async Task Blocks_of_a_file_that_was_never_read_are_unavailable()
    {
        var database = SqliteDatabase.OpenOrCreate(FilePath);
        opened.Push(database);
        await StopAsync();
        using var blocks = new SqliteBlocks(database, TimeProvider.System);
        var answer = await blocks.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsUnavailable);
        Assert.Contains(FilePath, answer.Cause, StringComparison.Ordinal);
    }

    private SqliteBlocks Open(TimeProvider time)
    {
        var database = SqliteDatabase.OpenOrCreate(FilePath);
        opened.Push(database);
        var blocks = new SqliteBlocks(database, time);
        opened.Push(blocks);
        return blocks;
    }
}
