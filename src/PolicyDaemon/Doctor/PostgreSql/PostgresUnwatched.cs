namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>The server does not announce the changes of a table of mailboxes.</summary>
internal sealed class PostgresUnwatched : IDiagnosis
{
    public string Id => "postgres-unwatched";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres is not { SchemaFault: null, Unwatched: { Count: > 0 } tables }) yield break;
        yield return new(
            Id,
            Severity.Warning,
            "directory.postgres",
            tables,
            "changes of these are not announced",
            "answers that come from them are not kept: each question is asked, and the server has more to do",
            new Mend(MendPlace.Shell, ["sudo policydaemon migrate   # virtual_*; for others, as the owner: SELECT policydaemon.watch('TABLE', 'COLUMN WITH THE KEY')"]));
    }
}
