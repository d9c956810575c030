using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Doctor.Certificates;
using PolicyDaemon.Doctor.Delivery;
using PolicyDaemon.Doctor.Dovecot;
using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Milters;
using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor;

/// <summary>All that is looked at: Postfix's configuration, the daemon's, and files.</summary>
internal sealed record Installation
{
    internal required PostfixConfiguration Postfix { get; init; }

    /// <summary><c>listen.policy</c>.</summary>
    internal required DaemonListeners Daemon { get; init; }

    /// <summary><c>listen.milter</c>.</summary>
    internal required DaemonListeners Milter { get; init; }

    /// <summary><c>listen.sasl</c>; empty: the daemon checks no passwords for Postfix.</summary>
    internal required DaemonListeners Sasl { get; init; }

    /// <summary><c>listen.lmtp</c>; empty: the daemon delivers nothing.</summary>
    internal required DaemonListeners Lmtp { get; init; }

    internal OwnSettings Own { get; init; } = new();

    /// <summary>What postconf(1) has to say of this configuration, a line each, without its own name.</summary>
    internal IReadOnlyList<string> PostfixWarnings { get; init; } = [];

    /// <summary>Null: there is no Dovecot here, or it cannot say.</summary>
    internal DovecotConfiguration? Dovecot { get; init; }

    /// <summary>Why it cannot say; null: it can, or is not here.</summary>
    internal string? DovecotFault { get; init; }

    /// <summary>The time within which the daemon answers.</summary>
    internal required TimeSpan Deadline { get; init; }

    /// <summary>Files with passwords that the daemon's configuration names.</summary>
    internal required IReadOnlyList<string> SecretFiles { get; init; }

    /// <summary>Null: the daemon has no PostgreSQL.</summary>
    internal PostgresExamination? Postgres { get; init; }

    /// <summary>Its servers as pg_isready(1) takes them, <c>-h db1 -p 5432</c>.</summary>
    internal IReadOnlyList<string> PostgresServers { get; init; } = [];

    /// <summary>The servers of it on other machines of which no TLS is demanded.</summary>
    internal IReadOnlyList<string> PostgresUnprotected { get; init; } = [];

    /// <summary>Each server as the daemon would see it; empty: there is no LDAP.</summary>
    internal IReadOnlyList<LdapExamination> Ldap { get; init; } = [];

    /// <summary>The user that smtpd runs as, <c>mail_owner</c>.</summary>
    internal required UnixIdentity MailOwner { get; init; }

    /// <summary>Whom the daemon runs as; null: it has not run yet, or nobody may say.</summary>
    internal UnixIdentity? DaemonUser { get; init; }

    internal required Func<string, FileFacts> Look { get; init; }

    /// <summary>The type of the file system that a path is on, as stat(1) names it; empty: unknown.</summary>
    internal Func<string, string> FileSystemOf { get; init; } = _ => "";

    /// <summary>What servers show to clients, and to us.</summary>
    internal IReadOnlyList<CertificateFacts> Certificates { get; init; } = [];

    internal required DateTimeOffset Now { get; init; }

    internal string QueueDirectory => Postfix.Get("queue_directory");

    /// <summary>The smtpd services, in the order of master.cf.</summary>
    internal IReadOnlyList<SmtpdService> Smtpds => smtpds ??=
    [
        .. from service in Postfix.Services
           where Path.GetFileName(service.Program) == "smtpd"
           select new SmtpdService(new ServiceParameters(Postfix, service), Daemon),
    ];

    /// <summary>Of every smtpd and every cleanup, in the order of master.cf.</summary>
    internal IReadOnlyList<MilterList> MilterLists => milterLists ??=
    [
        .. from service in Postfix.Services
           let parameter = Path.GetFileName(service.Program) switch { "smtpd" => MilterList.OfSmtpd, "cleanup" => MilterList.OfCleanup, _ => null }
           where parameter is not null
           select new MilterList(parameter, new ServiceParameters(Postfix, service), Milter),
    ];

    /// <summary>Where Postfix hands mail for mailboxes to.</summary>
    internal IReadOnlyList<DeliveryRoute> DeliveryRoutes => deliveryRoutes ??= DeliveryRoute.All(Postfix);

    private IReadOnlyList<SmtpdService>? smtpds;
    private IReadOnlyList<DeliveryRoute>? deliveryRoutes;
    private IReadOnlyList<MilterList>? milterLists;

    /// <summary>Whether the daemon sees the messages of a service.</summary>
    internal bool HasMilter(SmtpdService smtpd) => MilterLists.Any(list => list.Ours is not null && list.Service.Service == smtpd.Parameters.Service);
}
