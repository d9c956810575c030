using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Telemetry;
using Serilog;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Speed;

/// <summary>An engine as the daemon has it: every check active, the default log level, people in a directory that is followed.</summary>
internal static class WarmEngine
{
    public static DecisionEngine Of(DaemonMetrics metrics)
    {
        var log = new LoggerConfiguration().MinimumLevel.Information().CreateLogger();
        FactSources sources = new(new Followed(), new NoBlocks(), new TestCounters(new ManualClock()));
        return new DecisionEngine(Mail.Policy, sources, new DecisionLog(new DaemonLog(log, TimeProvider.System), metrics), TimeProvider.System);
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
