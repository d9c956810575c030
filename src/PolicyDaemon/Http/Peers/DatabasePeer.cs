using PolicyDaemon.Backends.PostgreSql;

namespace PolicyDaemon.Http.Peers;

/// <summary>The PostgreSQL of <c>directory.postgres</c>, which is also the store's: <c>SELECT 1</c> as the user that the daemon is there.</summary>
/// <param name="IsPrimaryNeeded">It is the store, for which a replica is not enough.</param>
internal sealed record DatabasePeer(PostgresOptions Servers, bool IsPrimaryNeeded) : IPeer
{
    public string Name => PeerNames.Database;

    public async Task<PeerFinding> TalkAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new PeerFinding(await PostgresProbe.AskAsync(Servers, IsPrimaryNeeded, cancellationToken));
        }
        catch (PostgresUnavailableException failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }
}
