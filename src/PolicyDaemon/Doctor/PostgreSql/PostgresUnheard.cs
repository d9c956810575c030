namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>Changes in PostgreSQL do not reach us at once.</summary>
internal sealed class PostgresUnheard : IDiagnosis
{
    public string Id => "postgres-unheard";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres is not { ListenFault: { } fault }) yield break;
        yield return new(
            Id,
            Severity.Warning,
            "directory.postgres",
            fault,
            "LISTEN does not work; through a pooler it never does",
            "every question is asked, and a block that another node gives is in force a second later",
            new Mend(MendPlace.PolicyDaemon, ["\"listenConnectionString\": \"Host=db1,db2;…\"   // the servers themselves"]));
    }
}
