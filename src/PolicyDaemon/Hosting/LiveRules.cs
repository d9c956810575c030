using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Ledger;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>The rules in force now. A reload replaces them whole; a request keeps those it began with.</summary>
internal sealed class LiveRules(RuleSet first)
{
    private volatile RuleSet current = first;

    public RuleSet Current => current;

    public IUserdb Userdb => current.Userdb;

    public ValueTask<Decision> DecideAsync(MailRequest request, CancellationToken cancellationToken) =>
        current.Engine.DecideAsync(request, cancellationToken);

    public ValueTask<AuthenticationAnswer> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellationToken) =>
        current.Authenticator.AuthenticateAsync(request, cancellationToken);

    /// <returns>The rules that were in force before.</returns>
    public RuleSet Replace(RuleSet next) => Interlocked.Exchange(ref current, next);

    /// <summary>The replications of the directories of those rules.</summary>
    public IEnumerable<(string Source, SyncStatus Status)> ReadSyncStatuses() =>
        Current.Sources.Ldap?.Status is { } status ? [(LdapSource.Name, status)] : [];

    /// <summary>Whether the directories of those rules keep answers, those that may.</summary>
    public IEnumerable<(string Source, PostgresCacheState State)> ReadCacheStates() =>
        Current.Sources.Postgres is { } postgres ? [(PostgresDirectorySource.Name, postgres.Cache)] : [];

    /// <summary>The sources of those rules as <paramref name="health"/> knows them, with what they keep in memory; and the store.</summary>
    public IReadOnlyList<SourceReport> Describe(SourceHealth health, StoreWatch store)
    {
        var sources = Current.Sources;
        return
        [
            .. health.Reports.Select(report => report.Name switch
            {
                LdapSource.Name => report with { Sync = sources.Ldap?.Sync, LastKnown = sources.Ldap?.LastKnown },
                PostgresDirectorySource.Name => report with
                {
                    Cache = sources.Postgres is { } postgres ? CacheReport.Of(postgres.Cache) : null,
                    LastKnown = sources.Postgres?.LastKnown,
                },
                StoreWatch.Name => report with { Store = store.Report },
                _ => report,
            }),
        ];
    }

    /// <summary>What an administrator's operations work on: always the rules in force.</summary>
    /// <param name="guard">Null: nobody logs in to this process.</param>
    /// <param name="ledger">Null: no mail is delivered through this process.</param>
    public AdministeredParts Administered(Stores stores, GuessingGuard? guard, DeliveryLedger? ledger, DaemonLog log, TimeProvider time, Func<StatusReport> status) => new()
    {
        Policy = () => Current.Policy,
        Engine = () => Current.Engine,
        Directory = () => Current.Sources.Directory,
        Mailboxes = () => Current.Options.Directory.Sqlite is null ? null : stores.Directory,
        Ldap = () => Current.Sources.Ldap is { } ldap ? new AdministeredLdap(() => ldap.Report, ldap.AcceptAsync) : null,
        Blocks = stores.Blocks,
        Counters = stores.Counters,
        Guard = guard,
        Deliveries = ledger is null ? null : ledger.FindAsync,
        Log = log,
        Time = time,
        Status = status,
    };
}
