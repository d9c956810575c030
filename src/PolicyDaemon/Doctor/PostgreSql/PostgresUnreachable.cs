namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>No PostgreSQL that takes changes can be asked.</summary>
internal sealed class PostgresUnreachable : IDiagnosis
{
    public string Id => "postgres-unreachable";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres is not { Unreachable: { } cause }) yield break;

        // By unix socket the server may ask who we are, and whoever runs this is another.
        var isAboutUser = cause.Contains("Peer authentication", StringComparison.OrdinalIgnoreCase);
        yield return new(
            Id,
            isAboutUser ? Severity.Undecided : Severity.Error,
            "directory.postgres",
            cause,
            isAboutUser ? "the server knows the daemon by its user, and this command runs as another" : "no server answers that takes changes",
            "what is known counts for staleFor, each node spends its share of the limits, and then mail is deferred",
            isAboutUser ? Mend.Shell("sudo -u policydaemon policydaemon doctor") : new Mend(MendPlace.Shell, [.. installation.PostgresServers.Select(server => $"pg_isready {server}")]));
    }
}
