using System.Collections.Frozen;
using System.Data.Common;
using Dapper;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>A table of own amounts of limits. Its names are constants of ours and never come from outside.</summary>
/// <param name="Table">Its columns besides the key: <c>limit_name</c>, <c>amount</c>.</param>
/// <param name="Key">The column that says whose amount it is.</param>
/// <param name="Prefix">Stands before the name there.</param>
public sealed record AmountTable(string Table, string Key, string Prefix = "")
{
    /// <param name="amounts">By the limit's name; null takes the own amount away.</param>
    internal void Apply(DbConnection connection, string name, IReadOnlyDictionary<string, long?> amounts)
    {
        foreach (var (limit, amount) in amounts)
        {
            connection.Execute(
                amount is null
                    ? $"DELETE FROM {Table} WHERE {Key} = @key AND limit_name = @limit"
                    : $"INSERT INTO {Table} ({Key}, limit_name, amount) VALUES (@key, @limit, @amount) "
                        + $"ON CONFLICT ({Key}, limit_name) DO UPDATE SET amount = excluded.amount",
                new { key = Prefix + name, limit, amount });
        }
    }

    internal void Forget(DbConnection connection, string name) => connection.Execute($"DELETE FROM {Table} WHERE {Key} = @key", new { key = Prefix + name });

    /// <summary>All own amounts, by the key as it is stored, then by the limit's name.</summary>
    internal FrozenDictionary<string, FrozenDictionary<string, long>> ReadAll(DbConnection connection) => connection
        .Query<(string Key, string Limit, long Amount)>($"SELECT {Key}, limit_name, amount FROM {Table}")
        .GroupBy(row => row.Key, StringComparer.Ordinal)
        .ToFrozenDictionary(
            rows => rows.Key, rows => rows.ToFrozenDictionary(row => row.Limit, row => row.Amount, StringComparer.Ordinal), StringComparer.Ordinal);
}
