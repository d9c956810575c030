using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;

namespace PolicyDaemon.Doctor;

/// <summary>What <c>policydaemon doctor</c> is asked for, and what it must know of the daemon's configuration.</summary>
internal sealed record DoctorOptions
{
    /// <summary><c>--postfix-config DIR</c>, absolute; null: the directory that postconf(1) takes by itself.</summary>
    internal string? PostfixConfigurationDirectory { get; init; }

    /// <summary><c>listen.policy</c> in the spelling of the configuration, <c>unix:/path</c> or <c>inet:host:port</c>.</summary>
    internal required IReadOnlyList<string> PolicyEndpoints { get; init; }

    /// <summary><c>listen.milter</c>, in the same spelling.</summary>
    internal IReadOnlyList<string> MilterEndpoints { get; init; } = [];

    /// <summary><c>listen.sasl</c>, spelled alike.</summary>
    internal IReadOnlyList<string> SaslEndpoints { get; init; } = [];

    /// <summary><c>listen.lmtp</c>, spelled alike.</summary>
    internal IReadOnlyList<string> LmtpEndpoints { get; init; } = [];

    internal OwnSettings Own { get; init; } = new();

    /// <summary>The time within which the daemon answers.</summary>
    internal required TimeSpan Deadline { get; init; }

    /// <summary>Paths of all <c>…File</c> keys that name a secret.</summary>
    internal IReadOnlyList<string> SecretFiles { get; init; } = [];

    /// <summary>Null: the daemon has no PostgreSQL.</summary>
    internal Func<CancellationToken, Task<PostgresExamination>>? ExaminePostgres { get; init; }

    /// <summary>Its servers as pg_isready(1) takes them, <c>-h db1 -p 5432</c>.</summary>
    internal IReadOnlyList<string> PostgresServers { get; init; } = [];

    /// <summary>Those on other machines of which no TLS is demanded.</summary>
    internal IReadOnlyList<string> PostgresUnprotected { get; init; } = [];

    /// <summary>Null: no LDAP server is asked.</summary>
    internal Func<CancellationToken, Task<IReadOnlyList<LdapExamination>>>? ExamineLdap { get; init; }

    /// <summary>By which certificates end.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary><c>--json</c>.</summary>
    internal bool IsJson { get; init; }

    /// <summary>Colours: only on a terminal.</summary>
    internal bool IsTerminal { get; init; }
}
