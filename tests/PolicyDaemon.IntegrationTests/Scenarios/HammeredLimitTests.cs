using System.Globalization;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// Three daemons, 64 connections to each, all of them sending for one login as fast as they can: what passes is the limit, no more and no fewer.
/// </summary>
/// <remarks>Some seconds each; with POLICYDAEMON_SOAK_SECONDS as long as that says.</remarks>
public sealed class HammeredLimitTests : StackTests
{
    private const int Limit = 200;
    private const int Connections = 64;

    /// <summary>So many that charges go on while something happens.</summary>
    private const int Many = 6_000;

    /// <summary>What the connections to one node may have asked for at one moment: charged in the store, when that is lost with the answer, and refused by the share.</summary>
    private const int InFlightOfOne = Connections * Hammer.MostRecipients;

    private const int InFlight = 3 * InFlightOfOne;

    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("POLICYDAEMON_SOAK_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? seconds : 2);

    private readonly List<NetworkLink> links = [];
    private StoreCluster cluster = null!;

    [Fact]
    public async Task What_passes_is_exactly_the_limit_also_while_nodes_are_killed_and_at_most_a_share_more_while_one_is_cut_off()
    {
        cluster = await StoreCluster.PrepareAsync(Root);
        foreach (string name in (string[])["mx1", "mx2", "mx3"])
        {
            links.Add(NetworkLink.Start(Root, cluster.Primary.Endpoint));
            await cluster.AddAsync(name, links[^1].Endpoint);
        }

        await UndisturbedAsync(await PersonAsync("calm", Limit));
        await KilledAsync(await PersonAsync("killed", Many));
        await CutOffAsync(await PersonAsync("cut", Many));
        await MovedClockAsync(await PersonAsync("moved", Limit));
    }

    /// <remarks>What a synchronous replica has not was never answered; what an asynchronous one has not the nodes give it from their journals.</remarks>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replica_that_is_promoted_under_load_ends_with_what_has_passed_and_counts_nothing_twice(bool isSynchronous)
    {
        cluster = await StoreCluster.StartAsync(Root, hasReplica: true);
        if (isSynchronous) await cluster.Primary.SetSynchronousAsync(cluster.Replica!.Name);
        await FailOverAsync(await PersonAsync("failover", Many), losesCommits: !isSynchronous);
    }

    protected override async ValueTask ReleaseAsync()
    {
        foreach (NetworkLink link in links) await link.DisposeAsync();
    }

    private async Task UndisturbedAsync(string login)
    {
        Hammer hammer = NewHammer(login);
        await hammer.RunAsync(AtLeast);

        Tell("undisturbed", hammer);
        Assert.Equal(Limit, hammer.Recipients);
        Assert.Equal(Limit, await UsedAsync(login));
    }

    /// <summary>Two of the three, SIGKILL and a start again, while the third goes on.</summary>
    private async Task KilledAsync(string login)
    {
        Hammer hammer = NewHammer(login);
        Task running = hammer.RunAsync(AtLeast);
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(150));
            await Task.WhenAll(cluster.Nodes.Take(2).Select(KillAndStartAsync));
        }
        while (hammer.Elapsed < AtLeast);
        await running;

        Tell("killed", hammer);
        Assert.True(hammer.Repeated > 0);
        Assert.Equal(Many, hammer.Recipients);
        Assert.Equal(Many, await UsedAsync(login));
    }

    private static async Task KillAndStartAsync(DaemonProcess node)
    {
        await node.KillAsync();
        await node.StartAsync();
    }

    /// <summary>The others go on charging up to the limit; the node that is cut off adds what is left of its share, and hands it over later.</summary>
    private async Task CutOffAsync(string login)
    {
        Hammer hammer = NewHammer(login);
        Task running = hammer.RunAsync(AtLeast);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        await links[0].CutAsync();
        await cluster.Nodes[0].Log.WaitForAsync("store_away");
        await running;
        await links[0].HealAsync();
        await UntilCountedInStoreAsync();

        Tell("cut off", hammer);
        Assert.InRange(hammer.Recipients, Many - InFlightOfOne, Many + (Many / 3));
        Assert.InRange(await UsedAsync(login), Math.Max(hammer.Recipients, Many), hammer.Recipients + InFlightOfOne);
    }

    /// <summary>Three hours of the store's clock in steps of two minutes: no hour passes more than the limit.</summary>
    private async Task MovedClockAsync(string login)
    {
        long start = await cluster.Database.QueryAsync<long>("SELECT policydaemon.now_us()");
        await cluster.Database.ExecuteAsync($"""
            CREATE TABLE public.clock (us bigint NOT NULL); INSERT INTO public.clock VALUES ({start}); GRANT SELECT ON public.clock TO PUBLIC;
            CREATE OR REPLACE FUNCTION policydaemon.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT us FROM public.clock';
            """);
        PolicySession[] sessions = await Task.WhenAll(cluster.Endpoints.Select(endpoint => PolicySession.OpenAsync(endpoint)));
        List<(int Minute, long Recipients)> passed = [];
        Random random = new(5);
        for (int minute = 0; minute < 180; minute += 2)
        {
            await cluster.Database.ExecuteAsync($"UPDATE public.clock SET us = {start + (minute * 60_000_000L)}");
            int[] sizes = [.. sessions.Select(_ => random.Next(1, 9))];
            string[] actions = await Task.WhenAll(sessions.Select((session, i) => session.FinishAsync(login, $"{minute}.{i}", sizes[i])));
            passed.AddRange(actions.Index().Where(action => action.Item == "DUNNO").Select(action => (minute, (long)sizes[action.Index])));
        }

        foreach (PolicySession session in sessions) session.Dispose();
        Assert.InRange(passed.Sum(message => message.Recipients), 2 * Limit, 4 * Limit);
        Assert.All(passed, end => Assert.InRange(
            passed.Where(message => message.Minute > end.Minute - 60 && message.Minute <= end.Minute).Sum(message => message.Recipients), 1, Limit));
    }

    private async Task FailOverAsync(string login, bool losesCommits)
    {
        Hammer hammer = NewHammer(login);
        Task running = hammer.RunAsync(AtLeast);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        if (losesCommits) cluster.Replica!.Pause();
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        TimeSpan killed = hammer.Elapsed;
        await cluster.Primary.KillAsync();
        if (losesCommits) cluster.Replica!.Resume();
        await cluster.Replica!.PromoteAsync();
        await running;
        await UntilCountedInStoreAsync();

        // Whom a share has refused, the store may let pass.
        Hammer rest = NewHammer(login);
        await rest.RunAsync(TimeSpan.Zero);
        long passed = hammer.Recipients + rest.Recipients;
        long used = await cluster.Replica.QueryAsync<long>(UsedBy(login), cluster.Database.Name);

        Tell("failover", hammer);
        Tell($"failover, then ({used} used)", rest);
        int[] nodes = [0, 1, 2];
        long others = nodes.Max(node => hammer.RecipientsOn(nodes.Where(other => other != node), killed - ClusterCounters.ReadingInterval - TimeSpan.FromSeconds(1), killed));
        Assert.InRange(passed, Many - InFlight, Many + others);
        Assert.InRange(used, Math.Max(passed, Many), passed + InFlight);
    }

    private Task UntilCountedInStoreAsync() => Wait.UntilAsync(
        async () => (await Task.WhenAll(cluster.Nodes.Select(node => node.RunAsync(["status"]))))
            .All(status => status.Output.Contains("counted for all nodes together", StringComparison.Ordinal)),
        "all nodes count in the store, which has what they charged meanwhile");

    private Hammer NewHammer(string login) => new(cluster.Endpoints, Connections, login);

    /// <summary>Somebody with a limit of their own, of whom nothing is counted yet.</summary>
    private async Task<string> PersonAsync(string name, int limit)
    {
        string login = $"{name}@truenorth.local";
        await cluster.Database.ExecuteAsync($$"""
            INSERT INTO virtual_users (domain_id, email, password) VALUES (1, '{{login}}', '{PLAIN}x');
            INSERT INTO policydaemon.limit_overrides (login, limit_name, amount) VALUES ('{{login}}', 'login-hour', {{limit}});
            """);
        return login;
    }

    private Task<long> UsedAsync(string login) => cluster.Database.QueryAsync<long>(UsedBy(login));

    private static string UsedBy(string login) => $"SELECT used FROM policydaemon.counters WHERE key = 'login-hour/login:{login}'";

    private static void Tell(string phase, Hammer hammer) => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{phase}: {hammer.Recipients} recipients in {hammer.Passed.Count} messages passed, {hammer.Answered} answers and {hammer.Repeated} repetitions in {hammer.Elapsed.TotalSeconds:0.0} s"));
}
