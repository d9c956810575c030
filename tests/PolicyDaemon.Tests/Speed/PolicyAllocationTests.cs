using System.Net;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Http;
using PolicyDaemon.Telemetry;
using Serilog;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Speed;

/// <summary>
/// What a policy request leaves for the garbage collector: exact octets, whatever else the machine does. The default log level, every check
/// active, and people in a directory that is followed.
/// </summary>
public sealed class PolicyAllocationTests
{
    private static readonly long Request = AllocatedBy(new MailRequest { Stage = SmtpStage.Rcpt }, static request => request with { Size = 1 });

    /// <summary>The text that no other message has.</summary>
    private static readonly long InstanceText = AllocatedBy(WarmRequests.Instance, static instance => new string(instance.AsSpan()));

    [Fact]
    public void Reading_a_request_and_writing_the_answer_takes_the_request_alone() =>
        AssertTakes(Request, new WarmRequests(static (_, _) => ValueTask.FromResult(Decision.Dunno)), areNewMessages: false);

    [Fact]
    public void Decision_takes_nothing_and_the_first_request_of_a_message_its_instance()
    {
        using DaemonMetrics metrics = new();
        WarmRequests requests = new(Engine(metrics).DecideAsync);
        AssertTakes(Request, requests, areNewMessages: false);
        AssertTakes(Request + InstanceText, requests, areNewMessages: true);
        Assert.InRange(Request + InstanceText, 1, 500);
    }

    [Fact]
    public void Counting_for_Prometheus_takes_nothing_more()
    {
        using DaemonMetrics metrics = new();
        using MetricsPage page = new();
        AssertTakes(Request, new WarmRequests(Engine(metrics).DecideAsync), areNewMessages: false);
        Assert.Contains("policydaemon_decisions_total", page.Read(), StringComparison.Ordinal);
    }

    private static void AssertTakes(long expected, WarmRequests requests, bool areNewMessages)
    {
        var least = requests.LeastAllocated(expected, areNewMessages);
        if (least == expected) return;
        using AllocatedTypes types = new();
        requests.LeastAllocated(0, areNewMessages);
        Assert.Fail($"a request takes {least} octets of the heap, not {expected}; most of them: {types}");
    }

    private static DecisionEngine Engine(DaemonMetrics metrics)
    {
        var log = new LoggerConfiguration().MinimumLevel.Information().CreateLogger();
        var policy = Mail.Policy with { TrustedNetworks = [IPNetwork.Parse("127.0.0.0/8")] };
        FactSources sources = new(new Followed(), new NoBlocks(), new TestCounters(new ManualClock()));
        return new DecisionEngine(policy, sources, new DecisionLog(new DaemonLog(log, TimeProvider.System), metrics), TimeProvider.System);
    }

    private static long AllocatedBy<T>(T of, Func<T, object> make)
    {
        make(of);
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(make(of));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class NoBlocks : IBlocks
    {
        private readonly Lookup<BlockSet> none = Lookup<BlockSet>.Found(BlockSet.Empty, Provenance.Of("sqlite", "blocks"));

        public ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken) => new(none);

        public ValueTask AddAsync(Block block, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken) => throw new NotSupportedException();

        public bool IsPending(BlockSubject subject) => false;
    }

    /// <summary>A directory as it is followed, whose provider was heard some time ago.</summary>
    private sealed class Followed : IDirectory
    {
        private readonly ViewAnswers answers = new("ldap", new LdapOptions { Urls = [], BaseDn = "dc=x" });
        private readonly AccountView view = AccountView.Empty.Put(Entry(1, ["alice"], "alice@truenorth.local")).Put(Entry(2, ["bob"], "bob@truenorth.local"));
        private readonly LastHeard heard = new(TimeProvider.System);

        public Followed() => heard.Now();

        public string Name => "ldap";

        public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) =>
            new(answers.FindAccount(view, login, heard.Age!.Value));

        public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken) =>
            new(answers.FindAddress(view, address, heard.Age!.Value));

        public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
            new(answers.FindDomain(heard.Age!.Value));
    }
}
