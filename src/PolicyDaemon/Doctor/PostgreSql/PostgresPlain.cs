namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>What is asked of PostgreSQL crosses a network readable, or may.</summary>
internal sealed class PostgresPlain : IDiagnosis
{
    public string Id => "postgres-plain";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.PostgresUnprotected.Count == 0) return [];
        return [new Finding(
            Id, Severity.Warning, "directory.postgres", installation.PostgresUnprotected, "nothing demands TLS of this server on another machine",
            "who is in between reads password hashes and mailboxes, or answers in the server's place",
            new Mend(MendPlace.PolicyDaemon, ["\"connectionString\": \"…;SSL Mode=VerifyFull;Root Certificate=/etc/policydaemon/postgres-ca.pem\""]))];
    }
}
