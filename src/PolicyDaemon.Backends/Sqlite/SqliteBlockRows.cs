using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>The statements of the table <c>blocks</c> and what its rows mean.</summary>
internal static class SqliteBlockRows
{
    private const string VersionQuery = "PRAGMA data_version";

    private const string ListQuery = "SELECT scope, subject, action, reason, author, created_at, expires_at FROM blocks";

    /// <summary>A number that is another one after any other connection has changed the file; to be compared within one reader only.</summary>
    public static long ReadVersion(SqliteReader reader)
    {
        var statement = reader.Prepare(VersionQuery);
        try
        {
            statement.Step();
            return statement.Integer(0);
        }
        finally
        {
            statement.Reset();
        }
    }

    public static List<Block> Read(SqliteReader reader)
    {
        var statement = reader.Prepare(ListQuery);
        try
        {
            var blocks = new List<Block>();
            while (statement.Step()) blocks.Add(ToBlock(statement));
            return blocks;
        }
        finally
        {
            statement.Reset();
        }
    }

    public static bool Put(SqliteConnection connection, Block block) => connection.Execute(
        """
        INSERT OR REPLACE INTO blocks (scope, subject, action, reason, author, created_at, expires_at)
        VALUES (@scope, @Key, @action, @Reason, @Author, @createdAt, @expiresAt)
        """,
        new
        {
            scope = ToText(block.Subject.Scope),
            block.Subject.Key,
            action = ToText(block.Action),
            block.Reason,
            block.Author,
            createdAt = block.CreatedAt.ToUnixTimeMilliseconds(),
            expiresAt = block.ExpiresAt?.ToUnixTimeMilliseconds(),
        }) > 0;

    public static bool Delete(SqliteConnection connection, BlockSubject subject) => connection.Execute(
        "DELETE FROM blocks WHERE scope = @scope AND subject = @Key", new { scope = ToText(subject.Scope), subject.Key }) > 0;

    public static void DeleteExpired(SqliteConnection connection, DateTimeOffset now) =>
        connection.Execute("DELETE FROM blocks WHERE expires_at <= @now", new { now = now.ToUnixTimeMilliseconds() });

    private static Block ToBlock(SqliteStatement row) => new()
    {
        Subject = new BlockSubject(ToScope(row.Text(0)), row.Text(1)!),
        Action = ToAction(row.Text(2)),
        Reason = row.Text(3)!,
        Author = row.Text(4)!,
        CreatedAt = ToTime(row.Integer(5)),
        ExpiresAt = row.IsNull(6) ? null : ToTime(row.Integer(6)),
    };

    /// <summary>Of a number that a hand may have written: the nearest time there is.</summary>
    private static DateTimeOffset ToTime(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(milliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private static string ToText(BlockScope scope) => scope switch
    {
        BlockScope.Login => "login",
        BlockScope.Domain => "domain",
        _ => "everyone",
    };

    private static string ToText(BlockAction action) => action switch
    {
        BlockAction.Hold => "hold",
        BlockAction.Defer => "defer",
        _ => "reject",
    };

    private static BlockScope ToScope(string? text) => text switch
    {
        "login" => BlockScope.Login,
        "domain" => BlockScope.Domain,
        _ => BlockScope.Everyone,
    };

    private static BlockAction ToAction(string? text) => text switch
    {
        "hold" => BlockAction.Hold,
        "defer" => BlockAction.Defer,

        // The strictest, should a hand have written another word.
        _ => BlockAction.Reject,
    };
}
