using PolicyDaemon.Admin;

namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>The own tables in PostgreSQL are not there, or not those of this version, or may not be read.</summary>
internal sealed class PostgresSchema : IDiagnosis
{
    public string Id => "postgres-schema";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres is not { SchemaFault: { } fault, Role: var role }) yield break;
        yield return new(
            Id,
            Severity.Error,
            "directory.postgres",
            fault,
            "the schema policydaemon is not that of this version, or its role may not use it",
            "blocks and limits cannot be kept there, and changes of mailboxes are not heard of",
            Mend.Shell($"sudo policydaemon migrate --role {ShellWord.Quote(role)}"));
    }
}
