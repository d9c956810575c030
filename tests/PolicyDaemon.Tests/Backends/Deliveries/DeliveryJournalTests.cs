using System.Globalization;
using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Tests.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Deliveries;

public sealed class DeliveryJournalTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory directory = new();
    private DeliveryJournal journal;

    public DeliveryJournalTests() => journal = Open();

    private string Place => directory.File("deliveries");

    public void Dispose()
    {
        journal.Dispose();
        directory.Dispose();
    }

    [Fact]
    public void Record_comes_back_as_it_was_after_a_restart()
    {
        var refused = Record(2, DeliveryOutcome.Refused);
        journal.Append([Record(1), refused with { Delivery = refused.Delivery with { Stage = SmtpStage.Rcpt, Sender = "", Digest = "", Reply = "550 5.1.1 grün" } }]);
        var written = journal.ReadAll().ToList();
        Restart();

        Assert.Equal(written, journal.ReadAll());
        Assert.Equal(["1", "2"], Waiting());
        Assert.Equal(2, journal.Waiting);
    }

    [Fact]
    public void What_was_handed_over_is_not_handed_over_again_and_stays_for_what_may_come_again()
    {
        journal.Append([Record(1), Record(2)]);
        journal.Append([Record(3)]);
        journal.HandedOver(journal.ReadWaiting(2)[^1].Sequence);
        Assert.Equal(["3"], Waiting());
        Restart();

        Assert.Equal(["3"], Waiting());
        Assert.Equal(3, journal.ReadAll().Count());
        journal.Append([Record(4)]);
        journal.HandedOver(journal.ReadWaiting(10)[^1].Sequence);
        Restart();
        Assert.Empty(Waiting());
        journal.Append([Record(5)]);
        Assert.Equal(["5"], Waiting());
    }

    [Fact]
    public void Batches_follow_each_other_over_files_and_restarts()
    {
        Restart(segmentBytes: 500);
        for (var i = 0; i < 20; i++) journal.Append([Record(i)]);
        Restart(segmentBytes: 500);
        for (var i = 20; i < 30; i++) journal.Append([Record(i)]);

        List<string> seen = [];
        while (journal.ReadWaiting(7) is { Count: > 0 } some)
        {
            seen.AddRange(some.Select(one => one.Record.Delivery.QueueId));
            journal.HandedOver(some[^1].Sequence);
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => i.ToString(CultureInfo.InvariantCulture)), seen);
        Assert.True(Files().Length > 3);
    }

    /// <summary>At every octet, as a process that was killed or a power cut may leave it.</summary>
    [Fact]
    public void Torn_last_record_is_dropped_and_all_before_it_is_there()
    {
        journal.Append([Record(1)]);
        var first = (int)journal.Length;
        journal.Append([Record(2)]);
        journal.Dispose();
        var file = Assert.Single(Files());
        var whole = File.ReadAllBytes(file);

        for (var length = 0; length <= whole.Length; length += length < first ? 17 : 1)
        {
            File.WriteAllBytes(file, whole[..length]);
            using (var torn = Open())
            {
                Assert.Equal(length == whole.Length ? 2 : length >= first ? 1 : 0, torn.ReadAll().Count());

                // What is written now is found, whatever the tear.
                torn.Append([Record(9)]);
            }

            using (var again = Open()) Assert.Equal("9", again.ReadAll().Last().Delivery.QueueId);
            foreach (var other in Files().Where(other => other != file)) File.Delete(other);
        }
    }

    [Fact]
    public void Damaged_octet_ends_the_file_there()
    {
        journal.Append([Record(1), Record(2), Record(3)]);
        journal.Dispose();
        var file = Assert.Single(Files());
        var octets = File.ReadAllBytes(file);
        octets[octets.Length / 2] ^= 1;
        File.WriteAllBytes(file, octets);
        journal = Open();

        Assert.Equal(["1"], Waiting());
    }

    [Fact]
    public void What_the_store_has_is_dropped_when_there_is_much_of_it_and_what_it_has_not_is_not()
    {
        Restart(segmentBytes: 1000, keepBytes: 4000, maxBytes: 1 << 20);
        for (var i = 0; i < 100; i++) journal.Append([Record(i)]);
        Assert.Equal(100, journal.ReadAll().Count());
        journal.HandedOver(journal.ReadWaiting(1000)[^1].Sequence);

        Assert.InRange(journal.Length, 1, 4000);
        Assert.InRange(Directory.EnumerateFiles(Place).Sum(path => new FileInfo(path).Length), 1, 5000);
        Assert.Equal(0, journal.Dropped);
    }

    [Fact]
    public void Store_that_never_comes_back_costs_bounded_room_and_the_oldest_deliveries()
    {
        Restart(segmentBytes: 1000, keepBytes: 2000, maxBytes: 5000);
        for (var i = 0; i < 100; i++) journal.Append([Record(i)]);

        Assert.InRange(Directory.EnumerateFiles(Place).Sum(path => new FileInfo(path).Length), 1, 6000);
        Assert.Equal("99", Waiting()[^1]);
        Assert.Equal(100, journal.Dropped + journal.Waiting);
        Assert.True(journal.Dropped > 50);
    }

    [Fact]
    public void Another_process_is_kept_out() => Assert.Throws<IOException>(() => Open());

    [Fact]
    public void Files_are_their_owners_alone()
    {
        journal.Append([Record(1)]);
        journal.HandedOver(1);

        Assert.All(Directory.EnumerateFiles(Place), path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Place));
    }

    /// <summary>The first write lasts until every session has given its first record: what came meanwhile is one write, whatever the scheduler does.</summary>
    [Fact]
    public async Task Sessions_at_once_share_flushes_and_all_are_on_disk_when_they_are_told_so()
    {
        const int Sessions = 64;
        using CountdownEvent given = new(Sessions);
        List<int> sizes = [];
        GroupCommit<DeliveryRecord> writer = new(
            some =>
            {
                Assert.True(given.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));
                sizes.Add(some.Count);
                journal.Append(some);
            },
            TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(session => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var record = Record(session * 100 + i);
                var written = writer.WriteAsync([record]);
                if (i == 0) given.Signal();
                await written;
                if (i == 19) Assert.Contains(journal.ReadAll(), read => read.Id == record.Id);
            }
        })));

        Assert.Equal(Sessions * 20, journal.ReadAll().Count());
        Assert.Equal(Sessions * 20, writer.Records);
        Assert.Equal(sizes.Count, writer.Writes);
        Assert.InRange(sizes[0] + sizes[1], Sessions, Sessions * 2);
    }

    [Fact]
    public async Task Failure_is_told_to_who_waits_and_what_comes_then_is_written()
    {
        GroupCommit<DeliveryRecord> writer = new(journal.Append, TimeProvider.System);
        journal.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => writer.WriteAsync([Record(1)]));
        await writer.WhenIdle;
        journal = Open();
    }

    private static DeliveryRecord Record(int number, DeliveryOutcome outcome = DeliveryOutcome.Stored) => new(Guid.CreateVersion7(), "mx1", Noon, new Delivery
    {
        Outcome = outcome,
        Stage = SmtpStage.EndOfMessage,
        QueueId = number.ToString(CultureInfo.InvariantCulture),
        Sender = "someone@elsewhere.example",
        Recipient = "alice@truenorth.local",
        Size = 5_000_000_000,
        Digest = new string('a', 64),
        Backend = "unix:/run/dovecot/lmtp",
        Reply = "250 2.0.0 Saved",
        Elapsed = TimeSpan.FromMilliseconds(12),
    });

    private string[] Waiting() => [.. journal.ReadWaiting(1000).Select(one => one.Record.Delivery.QueueId)];

    private string[] Files() => Directory.GetFiles(Place, "*.deliveries");

    private DeliveryJournal Open(int segmentBytes = 1 << 20, long keepBytes = 1 << 20, long maxBytes = 1 << 24) =>
        new(new DeliveryJournalOptions { Directory = Place, SegmentBytes = segmentBytes, KeepBytes = keepBytes, MaxBytes = maxBytes });

    private void Restart(int segmentBytes = 1 << 20, long keepBytes = 1 << 20, long maxBytes = 1 << 24)
    {
        journal.Dispose();
        journal = Open(segmentBytes, keepBytes, maxBytes);
    }
}
