using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql.Counters;

public sealed class ChargeJournalTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly string directory = Directory.CreateTempSubdirectory("policydaemon-journal").FullName;
    private readonly ManualClock clock = new();

    private JournalOptions Options => new() { Directory = Path.Combine(directory, "charges"), Keep = Hour };

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Records_are_read_again_as_they_were_written()
    {
        JournalRecord[] written = [Record(1, "login-hour/login:alice"), Record(1, "名前"), Record(2) with { Charges = [] }, Record(7, "a", "b")];
        using (var journal = new ChargeJournal(Options, clock)) journal.Append(written);

        using var again = new ChargeJournal(Options, clock);
        Assert.Equal(written, again.ReadAfter(0), Same);
        Assert.Equal([7], again.ReadAfter(2).Select(record => record.Sequence));
        Assert.Equal(7, again.LastSequence);
    }

    [Fact]
    public void Longer_window_keeps_what_the_former_one_would_have_dropped()
    {
        using var journal = new ChargeJournal(Options with { SegmentBytes = 1 }, clock);
        journal.Append([Record(1, "old")]);
        journal.Append([Record(2, "old")]);
        journal.Acknowledge(2);
        journal.KeepFor(4 * Hour);
        clock.Advance(3 * Hour);
        journal.Append([Record(3, "new")]);
        Assert.Equal([1, 2, 3], journal.ReadAfter(0).Select(record => record.Sequence));

        journal.KeepFor(Hour);
        journal.Append([Record(4, "new")]);
        Assert.DoesNotContain(1, journal.ReadAfter(0).Select(record => record.Sequence));
    }

    [Fact]
    public void File_torn_at_any_octet_counts_up_to_the_last_whole_record_and_the_next_run_goes_on()
    {
        JournalRecord[] written = [Record(1, "a"), Record(2, "b"), Record(3, "c")];
        using (var journal = new ChargeJournal(Options, clock)) journal.Append(written);
        var path = Directory.GetFiles(Options.Directory, "*.charges").Single();
        var octets = File.ReadAllBytes(path);
        var ends = written.Select((_, i) => written.Take(i + 1).Sum(record => record.Write().Length)).ToList();

        for (var length = 0; length <= octets.Length; length++)
        {
            foreach (var other in Directory.GetFiles(Options.Directory, "*.charges")) File.Delete(other);
            File.WriteAllBytes(path, octets[..length]);
            using (var torn = new ChargeJournal(Options, clock))
            {
                Assert.Equal(written.Take(ends.Count(end => end <= length)), torn.ReadAfter(0), Same);
                torn.Append([Record(9, "d")]);
            }

            using var again = new ChargeJournal(Options, clock);
            Assert.Equal(9, again.ReadAfter(0).Last().Sequence);
        }
    }

    [Fact]
    public void Octet_that_was_changed_ends_what_counts_of_a_file()
    {
        JournalRecord[] written = [Record(1, "a"), Record(2, "b")];
        using (var journal = new ChargeJournal(Options, clock)) journal.Append(written);
        var path = Directory.GetFiles(Options.Directory, "*.charges").Single();
        var octets = File.ReadAllBytes(path);
        for (var i = 0; i < octets.Length; i++)
        {
            var changed = octets.ToArray();
            changed[i] ^= 0x10;
            File.WriteAllBytes(path, changed);
            using var journal = new ChargeJournal(Options, clock);
            Assert.Equal(written.Take(i < written[0].Write().Length ? 0 : 1), journal.ReadAfter(0), Same);
        }
    }

    [Fact]
    public void Files_are_open_to_their_owner_alone_and_to_one_process()
    {
        using var journal = new ChargeJournal(Options, clock);
        journal.Append([Record(1, "a")]);

        Assert.All(Directory.GetFiles(Options.Directory), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Options.Directory));
        Assert.Throws<IOException>(() => new ChargeJournal(Options, clock));
    }

    [Fact]
    public void What_the_store_has_is_dropped_when_it_counts_no_more_and_what_it_has_not_stays()
    {
        using var journal = new ChargeJournal(Options with { SegmentBytes = 1 }, clock);
        for (var i = 1; i <= 4; i++) journal.Append([Record(i, "a")]);
        clock.Advance(2 * Hour);
        journal.Acknowledge(2);
        journal.Append([Record(5, "a")]);

        Assert.Equal([3, 4, 5], journal.ReadAfter(0).Select(record => record.Sequence));
    }

    [Fact]
    public void Journal_is_full_when_the_store_has_nothing_of_it_and_has_room_again_when_it_has()
    {
        using var journal = new ChargeJournal(Options with { SegmentBytes = 100, MaxBytes = 1000 }, clock);
        var sequence = 0;
        while (journal.HasRoom) journal.Append([Record(++sequence, "a")]);
        Assert.Equal(sequence, journal.ReadAfter(0).Count());

        journal.Acknowledge(sequence);
        Assert.True(journal.HasRoom);
    }

    private static bool Same(JournalRecord left, JournalRecord right) =>
        (left.Sequence, left.At, left.Id) == (right.Sequence, right.At, right.Id) && left.Charges.SequenceEqual(right.Charges);

    private JournalRecord Record(long sequence, params string[] keys) =>
        new(sequence, clock.GetUtcNow(), Guid.NewGuid(), [.. keys.DefaultIfEmpty("key").Select(key => new Charge(key, 3, 200, Hour))]);
}
