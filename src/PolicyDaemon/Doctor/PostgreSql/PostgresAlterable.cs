using PolicyDaemon.Admin;

namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>The daemon's role can change mailboxes, which it never has to.</summary>
internal sealed class PostgresAlterable : IDiagnosis
{
    public string Id => "postgres-alterable";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres is not { Alterable: { Count: > 0 } tables } seen) yield break;
        var role = $"\"{seen.Role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var statement = seen.IsSuperuser ? $"ALTER ROLE {role} NOSUPERUSER" : $"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {string.Join(", ", tables)} FROM {role}";
        yield return new(
            Id,
            Severity.Warning,
            "directory.postgres",
            [seen.IsSuperuser ? $"role {seen.Role} is a superuser" : $"role {seen.Role} may change {string.Join(", ", tables)}"],
            "the daemon's role can change mailboxes",
            "whoever gets hold of its password can give himself a mailbox; the commands that change them have adminConnectionString",
            Mend.Shell($"psql -d {ShellWord.Quote(seen.Database)} -c {ShellWord.Quote(statement)}"));
    }
}
