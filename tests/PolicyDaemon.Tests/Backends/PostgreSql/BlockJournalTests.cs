using PolicyDaemon.Backends.PostgreSql.Blocks;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Tests.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql;

public sealed class BlockJournalTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly BlockSubject Alice = new(BlockScope.Login, "alice");
    private static readonly BlockSubject Bob = new(BlockScope.Login, "bob");

    private readonly TemporaryDirectory directory = new();
    private readonly List<string> reports = [];

    private string Path => directory.File("blocks.json");

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Pending_orders_lie_over_what_is_stored_and_both_survive_a_restart()
    {
        var journal = Open();
        journal.Replace([BlockOf(Alice), BlockOf(Bob)], Noon);
        Assert.Null(journal.Keep(new BlockOrder(Alice, null, Noon)));
        Assert.Null(journal.Keep(new BlockOrder(BlockSubject.Everyone, BlockOf(BlockSubject.Everyone), Noon)));

        foreach (var node in new[] { journal, Open() })
        {
            Assert.Equal([Bob, BlockSubject.Everyone], node.Compose().Select(block => block.Subject));
            Assert.Equal(2, node.PendingCount);
        }

        Assert.Empty(reports);
    }

    [Fact]
    public void Order_handed_over_stays_in_force_until_the_database_has_said_what_came_of_it()
    {
        var journal = Open();
        journal.Keep(new BlockOrder(Alice, BlockOf(Alice), Noon));
        journal.HandOver(journal.Pending.Single());
        Assert.Equal([Alice], journal.Compose().Select(block => block.Subject));

        journal.Replace([], Noon);

        Assert.Empty(journal.Compose());
        Assert.Equal(0, journal.PendingCount);
    }

    [Fact]
    public void Order_given_again_after_it_was_handed_over_is_pending_again()
    {
        var journal = Open();
        journal.Keep(new BlockOrder(Alice, BlockOf(Alice), Noon));
        journal.HandOver(journal.Pending.Single());
        journal.Keep(new BlockOrder(Alice, null, Noon.AddSeconds(1)));

        journal.Replace([BlockOf(Alice)], Noon);

        Assert.Empty(journal.Compose());
        Assert.Equal(1, journal.PendingCount);
    }

    [Fact]
    public void Time_by_the_databases_clock_is_noted_once_and_is_never_in_the_future()
    {
        var journal = Open();
        journal.Keep(new BlockOrder(Alice, null, Noon));
        journal.Keep(new BlockOrder(Bob, null, Noon.AddHours(1)));
        var store = Noon.AddMinutes(5);

        journal.Stamp(store, Noon.AddMinutes(1));
        journal.Stamp(store.AddHours(1), Noon.AddMinutes(2));

        Assert.Equal([store.AddMinutes(-1), store], Open().Pending.Select(order => order.StoreTime!.Value));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"Version":2,"Heard":null,"Blocks":[],"Pending":[]}""")]
    public void Damaged_file_is_told_and_not_used(string content)
    {
        File.WriteAllText(Path, content);

        Assert.Null(Open().Heard);
        Assert.Equal(["the saved blocks are not used: it is damaged"], reports);
    }

    [Fact]
    public void File_that_others_may_write_is_not_used()
    {
        Open().Replace([BlockOf(Alice)], Noon);
        File.SetUnixFileMode(Path, (UnixFileMode)0b110_110_110);

        Assert.Empty(Open().Compose());
        Assert.Contains("others may write to it", Assert.Single(reports), StringComparison.Ordinal);
    }

    [Fact]
    public void Order_that_cannot_be_written_is_not_taken()
    {
        var missing = directory.File("missing/blocks.json");
        var journal = BlockJournal.Open(new BlockFile(missing), TimeProvider.System, reports.Add);

        Assert.StartsWith($"cannot write {missing}", journal.Keep(new BlockOrder(Alice, BlockOf(Alice), Noon)), StringComparison.Ordinal);
        Assert.Empty(journal.Compose());
    }

    [Fact]
    public void Saved_time_in_the_future_tells_nothing_of_the_age()
    {
        Open().Replace([BlockOf(Alice)], TimeProvider.System.GetUtcNow().AddDays(1));

        Assert.True(TimeProvider.System.GetElapsedTime(Open().Heard!.Value) > PostgresBlocks.StaleFor);
    }

    private BlockJournal Open() => BlockJournal.Open(new BlockFile(Path), TimeProvider.System, reports.Add);

    private static Block BlockOf(BlockSubject subject) => new()
    {
        Subject = subject, Action = BlockAction.Reject, Reason = "spam", Author = "root", CreatedAt = Noon, ExpiresAt = Noon.AddYears(100),
    };
}
