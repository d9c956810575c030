using System.Collections.Frozen;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Tests.Daemon.Admin;

/// <summary>The live objects of a daemon, over a <see cref="SmallDirectory"/> and <see cref="MemoryBlocks"/>; its clock stands still.</summary>
internal sealed class SmallDaemon
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly FrozenDictionary<string, Rights> Statuses = new Dictionary<string, Rights>(StringComparer.OrdinalIgnoreCase)
    {
        ["active"] = Rights.All,
        ["offboarded"] = Rights.Receive,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public SmallDaemon()
    {
        var policy = new PolicySnapshot
        {
            Normalizer = new AddressNormalizer("+"),
            Domains = new HashSet<string>(StringComparer.Ordinal) { "truenorth.local" },
            Accounts = new AccountRules { Statuses = Statuses },
            Checks = Enum.GetValues<CheckName>().ToDictionary(
                check => check, check => new CheckSettings(check == CheckName.RecipientExistence ? CheckMode.Observe : CheckMode.Enforce)),
        };
        var engine = new DecisionEngine(policy, new FactSources(Directory, Blocks, new NoLimits()), new DeafObserver(), Clock);
        Parts = new AdministeredParts
        {
            Policy = () => policy with { Limits = Limits },
            Engine = () => engine,
            Directory = () => Directory,
            Mailboxes = () => Database,
            Ldap = () => Ldap,
            Blocks = Blocks,
            Counters = Counters,
            Guard = Guard,
            Log = DaemonLog.Silent,
            Time = Clock,
            Status = () => new StatusReport(
                "0.1.0", "mx1", Noon - TimeSpan.FromHours(30), Noon, "/etc/policydaemon/policydaemon.json",
                [new ListenerReport("policy", "inet:127.0.0.1:10040")],
                [LdapSource, new SourceReport("sqlite", PolicyDaemon.Admin.SourceState.Up, Noon, null)],
                Watched,
                Lmtp),
        };
    }

    /// <summary>How <c>ldap</c> is shown in <c>status</c>.</summary>
    public SourceReport LdapSource { get; set; } = new("ldap", PolicyDaemon.Admin.SourceState.Up, Noon - TimeSpan.FromMinutes(2), "no server answers");

    /// <summary>What <c>status</c> shows of disks and the queue.</summary>
    public IReadOnlyList<WatchReport> Watched { get; set; } = [];

    /// <summary>What <c>status</c> shows of delivery.</summary>
    public LmtpReport? Lmtp { get; set; }

    /// <summary>What <c>ldap show</c> and <c>ldap accept</c> work on.</summary>
    public AdministeredLdap? Ldap { get; set; }

    public SmallDirectory Directory { get; } = new();

    public MemoryBlocks Blocks { get; } = new();

    /// <summary>What <c>limits show</c> and <c>limits reset</c> know.</summary>
    public IReadOnlyList<Limit> Limits { get; set; } = [];

    public TestCounters Counters { get; } = new(Clock);

    /// <summary>What <c>guard show</c> and <c>guard clear</c> know.</summary>
    public GuessingGuard Guard { get; } = new(() => new GuardRules(), Clock);

    public SqliteDatabase? Database { get; set; }

    public AdministeredParts Parts { get; }

    public static TimeProvider Clock { get; } = new StandingClock();

    public LiveAdministration AdministrationFor(string author) => new(Parts, author);

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Noon;
    }

    private sealed class DeafObserver : IDecisionObserver
    {
        public void OnDecision(MailRequest request, Decision decision, DecisionFacts facts)
        {
        }

        public void OnFault(MailRequest request, CheckName check, Exception exception)
        {
        }
    }

    private sealed class NoLimits : ICounters
    {
        public ValueTask<CountAnswer> PeekAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken) => new(CountAnswer.Fits);

        public ValueTask<CountAnswer> ChargeAsync(string chargeId, IReadOnlyList<Charge> charges, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a question by hand must not charge");

        public ValueTask RefundAsync(string chargeId, CancellationToken cancellationToken) => default;

        public ValueTask<bool> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => new(true);
    }
}
