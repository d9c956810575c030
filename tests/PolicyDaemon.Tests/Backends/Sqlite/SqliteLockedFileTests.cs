using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>A question to a file that another process holds for itself, on a clock that stands still.</summary>
public sealed class SqliteLockedFileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly ManualClock clock = new();
    private readonly SqliteDatabase database;
    private readonly SqliteConnection locker;
    private readonly SqliteDirectory source;

    public SqliteLockedFileTests()
    {
        database = SqliteDatabase.OpenOrCreate(directory.File("policydaemon.db"));
        source = new SqliteDirectory(database, clock);
        locker = new SqliteConnection($"Data Source={database.Path};Pooling=False");
        locker.Open();
        locker.Execute("INSERT INTO virtual_domains (name) VALUES ('truenorth.example'); PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    }

    public void Dispose()
    {
        locker.Dispose();
        database.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Question_is_answered_when_the_file_is_free_again()
    {
        var question = AskAsync();
        Assert.False(question.IsCompleted);
        locker.Dispose();
        clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.True((await question).IsFound);
    }

    [Fact]
    public async Task Question_ends_as_unavailable_when_the_file_stays_locked()
    {
        var question = AskAsync();
        var started = clock.GetTimestamp();
        while (!question.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        var answer = await question;
        Assert.True(clock.GetElapsedTime(started) >= SqliteQuestions.BusyLimit);
        Assert.Equal((true, $"{database.Path} is locked by another process"), (answer.IsUnavailable, answer.Cause));
    }

    private Task<Lookup<DomainEntry>> AskAsync() => source.FindDomainAsync("truenorth.example", TestContext.Current.CancellationToken).AsTask();
}
