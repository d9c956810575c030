using System.Text.Json;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The passwords in PostgreSQL, by a query that fits any schema.</summary>
/// <remarks>
/// While no primary answers, a replica is asked. It may be behind: that it finds a password right counts, that it finds it wrong or does not find
/// it says nothing.
/// </remarks>
public sealed class PostgresPassdb : IPassdb
{
    private readonly DirectoryReader reader;
    private readonly DirectoryStatement statement;
    private readonly PasswordComparison comparison;

    /// <param name="source">Shared with the directory; not disposed here.</param>
    /// <param name="query">One row with a column <c>password</c>.</param>
    public PostgresPassdb(PostgresSource source, LookupQuery query, HashWorkers workers, string name = "postgres")
    {
        Name = name;
        reader = new DirectoryReader(source.Any);
        statement = new DirectoryStatement((query, 2));
        comparison = new PasswordComparison(workers, source.Time);
    }

    public string Name { get; }

    public async ValueTask<PasswordAnswer> VerifyAsync(PasswordQuestion question, CancellationToken cancellationToken)
    {
        var known = KnownPasswords.None;
        var isOfReplica = false;
        try
        {
            foreach (var login in question.Logins)
            {
                var reply = await reader.AskAsync(statement, login, cancellationToken);
                isOfReplica |= reply.IsReplica;
                if (reply.Rows[0] is not { } rows) continue;
                known = Read(rows);
                break;
            }
        }
        catch (PostgresUnavailableException exception)
        {
            return PasswordAnswer.Unavailable(PostgresCause.DescribeWithoutData(exception));
        }
        catch (FormatException exception)
        {
            return PasswordAnswer.Unavailable(exception.Message);
        }

        var answer = await comparison.CompareAsync(known, question.Password, cancellationToken);
        return isOfReplica && answer.Verdict is PasswordVerdict.Wrong or PasswordVerdict.NotFound
            ? PasswordAnswer.Unavailable("no primary answers, and a replica, which may be behind, does not know this password")
            : answer;
    }

    /// <exception cref="FormatException">Not one row with one password; the message shows nothing of it.</exception>
    private static KnownPasswords Read(string rows)
    {
        using var json = JsonDocument.Parse(rows);
        if (json.RootElement.GetArrayLength() != 1) throw new FormatException("ambiguous: several rows answer for one login");
        var row = new DirectoryRow(json.RootElement[0]);
        return row.Has("password") ? KnownPasswords.OfColumn(row.Text("password")) : throw new FormatException("the query gives no column password");
    }
}
