using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Admin;

/// <summary>The live objects that an administrator's operations work on.</summary>
internal sealed record AdministeredParts
{
    /// <summary>The rules now in force: a reload replaces them.</summary>
    public required Func<PolicySnapshot> Policy { get; init; }

    /// <summary>The engine of those rules.</summary>
    public required Func<DecisionEngine> Engine { get; init; }

    /// <summary>The directories of those rules.</summary>
    public required Func<IDirectory> Directory { get; init; }

    /// <summary>The LDAP source of those rules; null where there is none.</summary>
    public required Func<AdministeredLdap?> Ldap { get; init; }

    public required IBlocks Blocks { get; init; }

    /// <summary>Where limits are counted.</summary>
    public required ICounters Counters { get; init; }

    /// <summary>Who guesses passwords; null in a command's own process, to which nobody logs in.</summary>
    public required GuessingGuard? Guard { get; init; }

    /// <summary>The ledger; null where no mail is delivered through this process.</summary>
    public Func<DeliveryQuery, CancellationToken, Task<(IReadOnlyList<DeliveryRecord> Records, string? MissingCause)>>? Deliveries { get; init; }

    /// <summary>The SQLite directory; null when it is not among the sources now.</summary>
    public required Func<SqliteDatabase?> Mailboxes { get; init; }

    /// <summary>Where blocks given and taken are written.</summary>
    public required DaemonLog Log { get; init; }

    public required TimeProvider Time { get; init; }

    public required Func<StatusReport> Status { get; init; }
}

/// <param name="AcceptAsync">What the provider has counts; false when none could be asked.</param>
internal sealed record AdministeredLdap(Func<LdapReport> Report, Func<CancellationToken, Task<bool>> AcceptAsync);
