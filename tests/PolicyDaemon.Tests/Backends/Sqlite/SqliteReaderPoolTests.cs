using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

public sealed class SqliteReaderPoolTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly SqliteDatabase database;

    public SqliteReaderPoolTests() => database = SqliteDatabase.OpenOrCreate(FilePath);

    private string FilePath => directory.File("policydaemon.db");

    public void Dispose()
    {
        database.Dispose();
        directory.Dispose();
    }

    [Fact]
    public void Reader_given_back_is_handed_out_again_and_two_at_once_are_two()
    {
        var first = database.Readers.Rent();
        var second = database.Readers.Rent();
        Assert.NotSame(first.Reader, second.Reader);
        second.Dispose();
        using var third = database.Readers.Rent();
        Assert.Same(second.Reader, third.Reader);
        first.Dispose();
    }

    [Fact]
    public void Reader_that_failed_is_not_handed_out_again()
    {
        var failed = database.Readers.Rent();
        failed.IsBroken = true;
        failed.Dispose();
        using var next = database.Readers.Rent();
        Assert.NotSame(failed.Reader, next.Reader);
    }

    [Fact]
    public void Reader_whose_file_was_taken_away_is_not_handed_out_again()
    {
        database.Readers.Rent().Dispose();
        File.Move(FilePath, directory.File("away.db"));
        Assert.Equal(SQLitePCL.raw.SQLITE_CANTOPEN, Assert.Throws<SqliteException>(() => database.Readers.Rent()).SqliteErrorCode);
    }

    [Fact]
    public void Replaced_file_is_not_opened_before_the_last_reader_of_the_former_one_is_back()
    {
        var held = database.Readers.Rent();
        database.Readers.Rent().Dispose();
        SqliteDatabase.OpenOrCreate(directory.File("other.db")).Dispose();
        File.Move(directory.File("other.db"), FilePath, overwrite: true);
        Assert.Equal(SQLitePCL.raw.SQLITE_BUSY, Assert.Throws<SqliteException>(() => database.Readers.Rent()).SqliteErrorCode);
        held.Dispose();
        using var reader = database.Readers.Rent();
        Assert.False(reader.Reader.HasMoved);
    }
}
