using PolicyDaemon.Backends.Files;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Tests.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Files;

public sealed class FileWatchTests : IAsyncDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly List<string> told = [];
    private FileWatch? watch;

    private string Passwd => directory.File("users");

    private string Aliases => directory.File("virtual");

    public async ValueTask DisposeAsync()
    {
        if (watch is not null) await watch.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Change_by_rename_is_in_force_for_the_next_question()
    {
        var source = Open("alice@example.org:x\n");
        for (var i = 0; i < 5; i++)
        {
            FileSeed.Write(Passwd, $"alice@example.org:x\nbob{i}@example.org:x\n");
            Assert.Equal(LookupAnswer.Found, await AskAsync(source, $"bob{i}@example.org"));
            Assert.Equal(LookupAnswer.NotFound, await AskAsync(source, $"bob{i - 1}@example.org"));
        }
    }

    /// <summary>As long and as old as before: the inode tells.</summary>
    [Fact]
    public async Task Replaced_file_of_the_same_size_and_time_is_another_file()
    {
        var source = Open("alice@example.org:x\n");
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org"));
        var writtenAt = File.GetLastWriteTimeUtc(Passwd);
        File.WriteAllText(Passwd + ".new", "carol@example.org:x\n");
        File.SetLastWriteTimeUtc(Passwd + ".new", writtenAt);
        File.Move(Passwd + ".new", Passwd, overwrite: true);
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "carol@example.org"));
    }

    /// <summary>Whatever is asked meanwhile waits, and then sees the whole.</summary>
    [Fact]
    public async Task File_written_in_place_line_by_line_is_seen_whole()
    {
        var clock = new FileClock();
        var source = Open("alice@example.org:x\n", clock);
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org"));
        await using var file = new FileStream(Passwd, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
        await WriteAsync(file, "bob@example.org:x\n");
        clock.BeNow();
        var asked = AskAsync(source, "alice@example.org");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(asked.IsCompleted);

        await WriteAsync(file, "alice@example.org:x\n");
        clock.BeNow();
        clock.Advance(FileText.StillFor * 2);
        Assert.Equal(LookupAnswer.Found, await asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "bob@example.org"));
    }

    /// <summary>Task.Delay counts in whole milliseconds: a part of one is waited for too, not asked for again and again.</summary>
    [Fact]
    public async Task File_that_was_left_alone_a_part_of_a_millisecond_too_short_is_waited_for()
    {
        var clock = new FileClock();
        var source = Open("alice@example.org:x\n", clock);
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org"));
        FileSeed.Write(Passwd, "bob@example.org:x\n");
        var touched = FileStamp.Of(System.Text.Encoding.UTF8.GetBytes(Passwd + '\0')).TouchedAt;
        clock.Be(new DateTimeOffset(touched) + FileText.StillFor - TimeSpan.FromMilliseconds(0.5));
        var timers = clock.TimersMade;
        var asked = AskAsync(source, "bob@example.org");

        // The question's own patience, and the wait for the file.
        for (var i = 0; i < 3000 && clock.TimersMade < timers + 2; i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(timers + 2, clock.TimersMade);
        Assert.False(asked.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(LookupAnswer.Found, await asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Line_without_its_end_is_waited_for_and_then_counts()
    {
        var source = Open("alice@example.org:x\n");
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org"));
        FileSeed.Write(Passwd, "bob@example.org:x\nalice@example.org:x\ncar");
        Assert.Equal(LookupAnswer.NotFound, await AskAsync(source, "bob@example.org"));
        File.AppendAllText(Passwd, "ol@example.org:x");
        await Task.Delay(FileText.UnfinishedFor, TestContext.Current.CancellationToken);
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "carol@example.org"));
    }

    [Theory]
    [InlineData("alice@example.org:x\nbob@exam\n", "users line 2: has no : or | behind the login")]
    [InlineData("", "users is empty")]
    public async Task Broken_file_keeps_its_last_content_and_says_what_is_wrong(string text, string fault)
    {
        var source = Open("alice@example.org:x\ncarol@example.org:x\n");
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "carol@example.org"));
        FileSeed.Write(Passwd, text);
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "carol@example.org"));
        Assert.Equal(LookupAnswer.NotFound, await AskAsync(source, "bob@example.org"));
        FileSeed.Write(Passwd, "bob@example.org:x\n");
        Assert.Equal(LookupAnswer.NotFound, await AskAsync(source, "carol@example.org"));
        Assert.Equal(["users read", "virtual read", fault, "users read"], told);
    }

    [Fact]
    public async Task File_that_is_not_there_at_the_start_is_unavailable_until_it_is()
    {
        var source = Open(null);
        Assert.Equal(LookupAnswer.Unavailable, await AskAsync(source, "alice@example.org"));
        var address = await source.FindAddressAsync(Mail.Address("sales@example.org"), TestContext.Current.CancellationToken);
        Assert.True(address.IsUnavailable);
        Assert.Equal($"{Passwd} does not exist", address.Cause);
        FileSeed.Write(Passwd, "alice@example.org:x\n");
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org"));
        Assert.Equal(["users does not exist", "virtual read", "missing: users does not exist", "users read", "all there"], told);
    }

    [Fact]
    public async Task Last_content_counts_for_its_time_with_its_age_also_when_nobody_asks()
    {
        var clock = new ManualClock();
        var source = Open("alice@example.org:x\n", clock);
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org"));
        File.Delete(Passwd);
        clock.Advance(TimeSpan.FromSeconds(2));
        await WaitUntilToldAsync("users does not exist");
        clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMinutes(1));
        var old = await source.FindAccountAsync("alice@example.org", TestContext.Current.CancellationToken);
        Assert.InRange(old.Provenance.Age, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.True(old.IsFound);
        clock.Advance(TimeSpan.FromMinutes(2));
        await WaitUntilToldAsync("missing: users does not exist");
        Assert.Equal(LookupAnswer.Unavailable, await AskAsync(source, "alice@example.org"));
        Assert.Equal(LookupAnswer.Unavailable, await AskAsync(source, "nobody@example.org"));
    }

    /// <summary>Whom the login means, and who owns an address, nobody may guess; what the other file says is not in doubt.</summary>
    [Fact]
    public async Task Of_two_files_one_that_is_away_leaves_the_other_what_it_says()
    {
        var source = Open("alice@example.org:x\n", TimeProvider.System, directory.File("more"));
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org"));
        Assert.Equal(LookupAnswer.Unavailable, await AskAsync(source, "bob@example.org"));
        var alias = await source.FindAddressAsync(Mail.Address("sales@example.org"), TestContext.Current.CancellationToken);
        Assert.True(alias.IsUnavailable);
        Assert.Equal("alice@example.org", Assert.Single(alias.Value!.Destinations).Text);
        FileSeed.Write(directory.File("more"), "bob@example.org:x\nalice@example.org:y\n");
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "bob@example.org"));
        Assert.True((await source.FindAccountAsync("alice@example.org", TestContext.Current.CancellationToken)).IsAmbiguous);
    }

    [Fact]
    public async Task File_larger_than_any_is_not_read()
    {
        var source = Open("alice@example.org:x\n" + new string('#', FileText.MaxOctets));
        Assert.Equal(LookupAnswer.Unavailable, await AskAsync(source, "alice@example.org"));
        Assert.Contains("users is larger than 16M", told);
    }

    [Fact]
    public async Task Many_at_once_while_files_change_get_an_answer_each()
    {
        var source = Open("alice@example.org:x\n");
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 20; i++) FileSeed.Write(Passwd, $"alice@example.org:x\nbob{i}@example.org:x\n");
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), async (_, _) => Assert.Equal(LookupAnswer.Found, await AskAsync(source, "alice@example.org")));
        await writing;
        Assert.Equal(LookupAnswer.Found, await AskAsync(source, "bob19@example.org"));
    }

    private static async Task WriteAsync(FileStream file, string text)
    {
        await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        await file.FlushAsync(TestContext.Current.CancellationToken);
    }

    private FileDirectory Open(string? passwd, TimeProvider? time = null, string? more = null)
    {
        if (passwd is not null) FileSeed.Write(Passwd, passwd);
        FileSeed.Write(Aliases, "sales@example.org alice@example.org\n");
        time ??= TimeProvider.System;
        watch = FileSources.Watch(
            new FileDirectoryOptions { Passwd = more is null ? [Passwd] : [Passwd, more], Aliases = [Aliases], StaleFor = TimeSpan.FromHours(1) }, new AddressNormalizer("+", "example.org"), time, told);
        return new FileDirectory(watch, time);
    }

    private static async Task<LookupAnswer> AskAsync(FileDirectory source, string login) =>
        (await source.FindAccountAsync(login, TestContext.Current.CancellationToken)).Answer;

    private async Task WaitUntilToldAsync(string what)
    {
        for (var i = 0; i < 500; i++)
        {
            lock (told)
            {
                if (told.Contains(what)) return;
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"not told: {what}; but: {string.Join(", ", told)}");
    }

    /// <summary>Stands still, long before any file was written, until it is told that it is now.</summary>
    private sealed class FileClock : TimeProvider
    {
        private readonly ManualClock clock = new();
        private TimeSpan ahead;
        private int timersMade;

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + ahead;

        public override long GetTimestamp() => clock.GetTimestamp();

        public int TimersMade => timersMade;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref timersMade);
            return clock.CreateTimer(callback, state, dueTime, period);
        }

        public void BeNow() => Be(DateTimeOffset.UtcNow);

        public void Be(DateTimeOffset now) => ahead = now - clock.GetUtcNow();

        public void Advance(TimeSpan by) => clock.Advance(by);
    }
}
