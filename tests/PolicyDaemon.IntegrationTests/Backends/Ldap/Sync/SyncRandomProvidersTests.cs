using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>Changes of one server that a replica follows, now soon, now late, while the consumer is thrown from one to the other.</summary>
public sealed class SyncRandomProvidersTests : RandomChangesTests
{
    private const int Changes = 10_000;

    private SlapdServer replica = null!;
    private NetworkLink replication = null!;

    [Fact]
    public Task View_is_what_a_search_says_whichever_server_is_followed_and_however_late_it_is() => RunAsync(
        Changes,
        troubleEvery: 300,
        ("first server cut off", Link.CutAsync),
        ("first server back", Link.HealAsync),
        ("replication cut", replication.CutAsync),
        ("replication back", replication.HealAsync),
        ("replica restarted", () => replica.RestartAsync()),
        ("consumer restarted", Followed.RestartAsync));

    protected override async Task<IReadOnlyList<string>> StartOthersAsync()
    {
        replication = NetworkLink.Start(Root, Slapd.Endpoint);
        replica = await SlapdServer.StartAsync(
            Root, new() { Name = "ldap2", Seed = await Slapd.BackUpAsync(), ReplicaOf = $"ldap://{replication.Endpoint}", LogLevel = "0", CheckpointWrites = 1 });
        return [replica.Url];
    }

    protected override async Task HealAsync()
    {
        await Link.HealAsync();
        await replication.HealAsync();
    }

    protected override async ValueTask ReleaseAsync()
    {
        await base.ReleaseAsync();
        if (replication is not null)
            await replication.DisposeAsync();
    }
}
