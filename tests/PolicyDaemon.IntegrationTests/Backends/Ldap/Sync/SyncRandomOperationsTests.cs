using System.Diagnostics;
using System.Globalization;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>50,000 changes at random: whatever befalls the two meanwhile, the view is in the end exactly what a fresh search says.</summary>
public sealed class SyncRandomOperationsTests : StackTests
{
    /// <summary>Another seed than the usual one; it is written to the output.</summary>
    private const string SeedVariable = "POLICYDAEMON_TEST_SEED";

    private const int Operations = 50_000;
    private const int Comparisons = 5;

    /// <summary>For a machine with other work.</summary>
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(60);

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable(SeedVariable) ?? "4533", CultureInfo.InvariantCulture);

    private readonly RandomPeople people = new(Seed);
    private readonly Random random = new(Seed);
    private readonly SortedDictionary<string, int> troubles = new(StringComparer.Ordinal);
    private SlapdServer slapd = null!;
    private NetworkLink link = null!;
    private LdapDirectory fresh = null!;
    private FollowedSlapd followed = null!;
    private DirectoryWriter writer = null!;

    protected override async ValueTask PrepareAsync()
    {
        // Deletes by the thousand are no mistake here. A server that notes after each write how far it is loses nothing by a crash.
        SyncOptions sync = new() { MaxShrink = 1, FreeRemovals = int.MaxValue, SavedView = Root.PathOf("view") };
        slapd = await SlapdServer.StartAsync(Root, new() { Seed = RandomPeople.Seed, LogLevel = "0", CheckpointWrites = 1 });
        link = NetworkLink.Start(Root, slapd.Endpoint);
        writer = slapd.OpenWriter();
        LdapOptions options = SlapdAccess.Options(Root, slapd) with { BaseDn = TruenorthDirectory.People };
        fresh = new(options, new AddressNormalizer("+"), TimeProvider.System);
        followed = await FollowedSlapd.StartAsync(options with { Urls = [SlapdAccess.Url($"ldap://{link.Endpoint}")] }, sync);
    }

    [Fact]
    public Task View_that_follows_is_what_a_search_says() => RunAsync(troubleEvery: int.MaxValue);

    [Fact]
    public Task View_is_what_a_search_says_after_kills_cuts_lost_session_logs_and_restarts() => RunAsync(troubleEvery: 1500);

    private async Task RunAsync(int troubleEvery)
    {
        Stopwatch elapsed = Stopwatch.StartNew();
        try
        {
            int trouble = troubleEvery;
            for (int done = 1; done <= Operations; done++)
            {
                writer.Apply(people.Next());
                if (done >= trouble)
                {
                    await MakeTroubleAsync();
                    trouble += random.Next(2 * troubleEvery);
                }

                if (done % (Operations / Comparisons) == 0)
                    await AssertSameAsync(done);
            }
        }
        finally
        {
            Tell(elapsed.Elapsed);
            await followed.DisposeAsync();
            await fresh.DisposeAsync();
            await link.DisposeAsync();
            writer.Dispose();
        }
    }

    private Task MakeTroubleAsync()
    {
        (string Name, Func<Task> Make)[] kinds =
        [
            ("slapd killed", KillSlapdAsync),
            ("session log lost", RestartSlapdAsync),
            ("connection cut", CutAsync),
            ("connection cut for long", CutForLongAsync),
            ("consumer restarted", followed.RestartAsync),
            ("consumer restarted while slapd was away", RestartBothAsync),
        ];
        (string name, Func<Task> make) = kinds[random.Next(kinds.Length)];
        troubles[name] = troubles.GetValueOrDefault(name) + 1;
        return make();
    }

    private async Task KillSlapdAsync()
    {
        await slapd.KillAsync();
        await slapd.StartAsync();
        Reopen();
    }

    private async Task RestartSlapdAsync()
    {
        await slapd.RestartAsync();
        Reopen();
    }

    private async Task CutAsync()
    {
        await link.CutAsync();
        await link.HealAsync();
    }

    /// <summary>For more changes than the session log holds, so that the whole list of entries is needed.</summary>
    private async Task CutForLongAsync()
    {
        await link.CutAsync();
        for (int i = 0; i < 1200; i++)
            writer.Apply(people.Next());
        await link.HealAsync();
    }

    private async Task RestartBothAsync()
    {
        await slapd.KillAsync();
        await followed.RestartAsync();
        await slapd.StartAsync();
        Reopen();
    }

    private void Reopen()
    {
        writer.Dispose();
        writer = slapd.OpenWriter();
    }

    private async Task AssertSameAsync(int done)
    {
        IReadOnlyList<string> differences = [];
        await Wait.UntilAsync(
            async () => followed.Directory.Status.IsViewUsed && (differences = await CompareAsync()).Count == 0,
            $"the view is the same after {done} changes, seed {Seed}",
            CatchUpLimit,
            () => $"{differences.Count} differences\n{string.Join('\n', differences.Take(5))}\n{followed.Directory.Status}\n{string.Join('\n', followed.Heard.TakeLast(20))}");
    }

    private Task<IReadOnlyList<string>> CompareAsync() =>
        DirectoryFacts.CompareAsync(followed.Directory, fresh, RandomPeople.Logins, RandomPeople.Addresses);

    private void Tell(TimeSpan elapsed) => TestContext.Current.TestOutputHelper!.WriteLine(
        $"seed {Seed}, {people.Made.Values.Sum()} changes in {elapsed.TotalSeconds:F1} s: {Join(people.Made)}\ntroubles: {Join(troubles)}\n{followed.Directory.Status}");

    private static string Join(IEnumerable<KeyValuePair<string, int>> counts) => string.Join(", ", counts.Select(pair => $"{pair.Value} {pair.Key}"));
}
