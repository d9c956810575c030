using System.Net;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Containment;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Configuration;

/// <summary>
/// The whole configuration, read and found good: immutable, and replaced whole by a reload. Keys, units and defaults are in
/// <c>docs/configuration.md</c>; the records have the same names in the same places.
/// </summary>
internal sealed record DaemonOptions
{
    /// <summary>This node's name among those that share a store; part of the ids by which a charge counts once.</summary>
    public required string Node { get; init; }

    public required ListenOptions Listen { get; init; }

    /// <summary>Networks that may reach inet listeners, besides loopback.</summary>
    public required IReadOnlyList<IPNetwork> Allow { get; init; }

    public required DirectoryOptions Directory { get; init; }

    public required StateDirectory State { get; init; }

    public required StoreOptions Store { get; init; }

    public required ChecksOptions Checks { get; init; }

    public required IReadOnlyList<CheckOverride> Overrides { get; init; }

    public required IReadOnlyList<Limit> Limits { get; init; }

    /// <summary>What the <c>milter</c> section says.</summary>
    public required MessageRules Messages { get; init; }

    public required IReadOnlyList<ContainmentRule> Containment { get; init; }

    public required GuardRules Guard { get; init; }

    public required NotifyOptions Notify { get; init; }

    /// <summary>What is watched for running full; null: nothing.</summary>
    public required WatchOptions? Watch { get; init; }

    public required PeersOptions Peers { get; init; }

    /// <summary>Where mailboxes are; null: nobody asks.</summary>
    public required MailboxRules? Userdb { get; init; }

    /// <summary>Where mail is delivered; null: nobody hands it to us.</summary>
    public required LmtpOptions? Lmtp { get; init; }

    /// <summary>How long one decision may take.</summary>
    public required TimeSpan Deadline { get; init; }

    public required LogOptions Log { get; init; }
}

/// <summary>The sockets that this daemon opens.</summary>
/// <param name="Policy">Postfix's policy protocol; at least one here or in the next.</param>
/// <param name="Milter">The milter protocol.</param>
/// <param name="Sasl">Dovecot's auth client protocol, for Postfix and for Dovecot's login processes; may be empty, as the next.</param>
/// <param name="Userdb">Dovecot's auth master protocol, for Dovecot's other processes.</param>
/// <param name="Lmtp">LMTP, for Postfix's client of that; may be empty.</param>
/// <param name="Http">Health and metrics, for who watches; may be empty.</param>
/// <param name="AuthHttp">Passwords and mailboxes over HTTP, for Dovecot's own auth process; null: not.</param>
/// <param name="Admin">What the command line talks to.</param>
internal sealed record ListenOptions(
    IReadOnlyList<EndpointAddress> Policy,
    IReadOnlyList<EndpointAddress> Milter,
    IReadOnlyList<EndpointAddress> Sasl,
    IReadOnlyList<EndpointAddress> Userdb,
    IReadOnlyList<EndpointAddress> Lmtp,
    IReadOnlyList<EndpointAddress> Http,
    AuthHttpOptions? AuthHttp,
    EndpointAddress.Unix Admin);

/// <param name="Endpoints">At least one; unix sockets and loopback alone.</param>
/// <param name="SecretFile">What a request must have in its header to be looked at.</param>
internal sealed record AuthHttpOptions(IReadOnlyList<EndpointAddress> Endpoints, string SecretFile);

/// <summary>Where blocks are kept and limits are counted.</summary>
internal abstract record StoreOptions;

/// <summary>The store of one node alone; limits are counted in memory.</summary>
/// <param name="Path">Absolute; the file is made when it does not exist.</param>
internal sealed record SqliteStoreOptions(string Path) : StoreOptions;

/// <summary>The store that all nodes share.</summary>
/// <param name="Nodes">How many they are.</param>
internal sealed record PostgresStoreOptions(PostgresOptions Server, int Nodes) : StoreOptions;

internal sealed record LogOptions(LogThreshold Level, LogFormat Format);

/// <summary>The least important lines that are written.</summary>
internal enum LogThreshold
{
    Debug,
    Information,
    Warning,
    Error,
}

internal enum LogFormat
{
    /// <summary><c>key=value</c> in one line.</summary>
    Text,

    /// <summary>One JSON object in one line.</summary>
    Json,
}
