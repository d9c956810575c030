using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>The passwords of <c>virtual_users</c>, in the file of <see cref="SqliteDirectory"/>.</summary>
public sealed class SqlitePassdb : IPassdb
{
    private const string Query = "SELECT password FROM virtual_users WHERE email = ?1";

    private readonly SqliteQuestions questions;
    private readonly PasswordComparison comparison;

    public SqlitePassdb(SqliteDatabase database, HashWorkers workers, TimeProvider time, string name = "sqlite")
    {
        Name = name;
        questions = new SqliteQuestions(database, time, name);
        comparison = new PasswordComparison(workers, time);
    }

    public string Name { get; }

    public async ValueTask<PasswordAnswer> VerifyAsync(PasswordQuestion question, CancellationToken cancellationToken)
    {
        foreach (var login in question.Logins)
        {
            var stored = await questions.AskAsync(login, Read, cancellationToken);
            if (stored.IsUnavailable) return PasswordAnswer.Unavailable(stored.Cause ?? "no answer");
            if (stored.IsFound) return await comparison.CompareAsync(stored.Value, question.Password, cancellationToken);
        }

        return await comparison.CompareAsync(KnownPasswords.None, question.Password, cancellationToken);
    }

    private Lookup<KnownPasswords> Read(SqliteReader reader, string login)
    {
        var statement = reader.Prepare(Query);
        try
        {
            statement.Bind(login);
            var provenance = Provenance.Of(Name);
            return statement.Step()
                ? Lookup<KnownPasswords>.Found(KnownPasswords.OfColumn(statement.Text(0)), provenance)
                : Lookup<KnownPasswords>.NotFound(provenance);
        }
        finally
        {
            statement.Reset();
        }
    }
}
