using PolicyDaemon.Admin;

namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>The server does not understand a query of the mailboxes, or does not let us read what it names.</summary>
internal sealed class PostgresQueries : IDiagnosis
{
    /// <summary>insufficient_privilege of PostgreSQL (appendix A of its manual).</summary>
    private const string NoRight = "(42501)";

    public string Id => "postgres-query";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres is not { QueryFaults: { Count: > 0 } faults, Role: var role }) yield break;
        yield return new(
            Id,
            Severity.Error,
            "directory.postgres.queries",
            faults,
            "the server does not answer these queries",
            "whoever has to be looked up by them is unavailable, and mail of and to them is deferred",
            faults.All(fault => fault.Contains(NoRight, StringComparison.Ordinal))
                ? Mend.Shell($"sudo policydaemon migrate --role {ShellWord.Quote(role)}")
                : new Mend(MendPlace.PolicyDaemon, ["\"queries\": { … }   // docs/postgresql-schemas.md has the columns"]));
    }
}
