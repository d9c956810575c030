using PolicyDaemon.Admin;
using PolicyDaemon.Backends;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>
/// The mailboxes of a configuration in PostgreSQL: answers are kept while changes are heard of, and what was known last counts for the time when
/// no server answers.
/// </summary>
internal sealed class PostgresDirectorySource : IAsyncDisposable
{
    public const string Name = "postgres";

    private readonly PostgresSource servers;
    private readonly PostgresListener listener;
    private readonly PostgresDirectory asked;
    private readonly LastKnownDirectory known;
    private bool isStarted;

    private PostgresDirectorySource(
        PostgresOptions server, PostgresDirectoryOptions options, AddressNormalizer normalizer, HashWorkers workers, SourceHealth health, TimeProvider time)
    {
        // That it is away is said by the first question that is not answered; that it is back, also when nobody asks.
        servers = new PostgresSource(server, time, state =>
        {
            if (!state.IsAway) health.Changed(Name, null);
        });
        listener = new PostgresListener(servers, time);
        asked = new PostgresDirectory(servers, options, normalizer, listener, state => health.KeepingChanged(Name, state), Name);
        known = new LastKnownDirectory(asked, options.StaleFor, time, cause => health.Changed(Name, cause));
        asked.Changed = known.Forget;
        Accounts = options.Queries.Users is { } users ? new PostgresAccountList(servers, users, normalizer, Name) : null;
        Passdb = options.Queries.Password is { } query ? new PostgresPassdb(servers, query, workers, Name) : null;
    }

    public IDirectory Directory => known;

    public LastKnownReport LastKnown => LastKnownReport.Of(known);

    /// <summary>Null: they cannot be listed.</summary>
    public IAccountList? Accounts { get; }

    /// <summary>Null: there are no passwords in these tables.</summary>
    public IPassdb? Passdb { get; }

    public PostgresCacheState Cache => asked.CacheState;

    public static PostgresDirectorySource Open(
        PostgresOptions server, PostgresDirectoryOptions options, AddressNormalizer normalizer, HashWorkers workers, SourceHealth health, TimeProvider time) =>
        new(server, options, normalizer, workers, health, time);

    /// <summary>Begins to listen for changes; until then no answer is kept. Again does no harm; not for several threads at once.</summary>
    public void Start()
    {
        if (isStarted) return;
        isStarted = true;
        listener.Start();
    }

    /// <summary>What is wrong with the queries, as far as the server can tell: a sentence each. None while no server answers.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await asked.CheckAsync(cancellationToken)).Select(problem => $"directory.postgres.queries: {problem}")];
        }
        catch (PostgresUnavailableException)
        {
            // The source has said so itself.
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await asked.DisposeAsync();
        await servers.DisposeAsync();
    }
}
