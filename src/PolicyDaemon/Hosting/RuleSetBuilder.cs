using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Engine.Storage;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.Lmtp;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Hosting;

/// <summary>Makes the rules of a configuration, around the stores that stay.</summary>
/// <param name="watch">Hears what the replication of a directory has to say; null: none is replicated, servers are asked.</param>
/// <param name="deliveries">Hears when a mail store stops or begins to answer.</param>
/// <param name="guard">Null: nobody logs in to these rules.</param>
/// <param name="storage">Null: no disk is watched.</param>
internal sealed class RuleSetBuilder(
    Stores stores, SourceHealth health, SyncWatch? watch, IDecisionObserver observer, IAuthenticationObserver logins, DeliveryLog deliveries, GuessingGuard? guard, IStorage? storage,
    TimeProvider time)
{
    /// <summary>How long Dovecot may take to say how full a mailbox is; well under the deadline of the decision that waits for it.</summary>
    private static readonly TimeSpan QuotaTimeout = TimeSpan.FromSeconds(1);

    /// <param name="kept">
    /// The sources of the rules before, when the directory section has not changed: what they know outlives the reload. Null: open new ones.
    /// </param>
    public RuleSet Build(DaemonOptions options, DirectorySources? kept)
    {
        var policy = SnapshotBuilder.Build(options);
        stores.Use(policy.Limits);
        var sources = DirectorySources.Open(options.Directory, policy, kept, stores, health, watch, time);
        var quota = options.Checks.QuotaStatus is { } address
            ? new QuotaStatusClient(token => SocketConnection.ConnectAsync(address, token), QuotaTimeout, time)
            : null;
        var facts = new FactSources(sources.Directory, stores.Blocks, stores.Counters, quota, storage);
        IUserdb userdb = options.Userdb is { } mailboxes
            ? new DirectoryUserdb(mailboxes, policy, sources.Directory, sources.Lists, time)
            : new NoUserdb();
        var authenticator = new Authenticator(policy.Accounts, sources.Directory, sources.Passdbs, logins, time, guard);
        var lmtp = options.Lmtp is { } relay ? new LmtpBackends([.. relay.Backends.Select(ToBackend)], relay.Rules, deliveries.BackendChanged, time) : null;
        return new RuleSet(options, policy, sources, quota, lmtp, new DecisionEngine(policy, facts, observer, time), authenticator, userdb);
    }

    private static LmtpBackend ToBackend(EndpointAddress address) => new(address.ToString(), token => SocketConnection.ConnectPolledAsync(address, token));
}
