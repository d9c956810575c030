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

/// <summary>Changes at random on a slapd, and troubles at random for who follows it: in the end the view is exactly what a fresh search says.</summary>
public abstract class RandomChangesTests : StackTests
{
    /// <summary>Another seed than the usual one; it is written to the output.</summary>
    private const string SeedVariable = "POLICYDAEMON_TEST_SEED";

    private const int Comparisons = 5;

    /// <summary>A server that was restarted may hide deletions from who resumes: they are found when everything is read once more, a minute later.</summary>
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromMinutes(2);

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable(SeedVariable) ?? "4533", CultureInfo.InvariantCulture);

    private readonly RandomPeople people = new(Seed);
    private readonly Random random = new(Seed);
    private readonly SortedDictionary<string, int> troubles = new(StringComparer.Ordinal);
    private LdapDirectory fresh = null!;
    private DirectoryWriter writer = null!;

    protected SlapdServer Slapd { get; private set; } = null!;

    /// <summary>Between the consumer and <see cref="Slapd"/>.</summary>
    protected NetworkLink Link { get; private set; } = null!;

    private protected FollowedSlapd Followed { get; private set; } = null!;

    protected override async ValueTask PrepareAsync()
    {
        // Deletes by the thousand are no mistake here. A server that notes after each write how far it is loses nothing by a crash.
        SyncOptions sync = new() { MaxShrink = 1, FreeRemovals = int.MaxValue, SavedView = Root.PathOf("view") };
        Slapd = await SlapdServer.StartAsync(Root, new() { Seed = RandomPeople.Seed, LogLevel = "0", CheckpointWrites = 1 });
        Link = NetworkLink.Start(Root, Slapd.Endpoint);
        writer = Slapd.OpenWriter();
        LdapOptions options = SlapdAccess.Options(Root, Slapd) with { BaseDn = TruenorthDirectory.People };
        fresh = new(options, new AddressNormalizer("+"), TimeProvider.System);
        IEnumerable<string> urls = [$"ldap://{Link.Endpoint}", .. await StartOthersAsync()];
        Followed = await FollowedSlapd.StartAsync(options with { Urls = [.. urls.Select(SlapdAccess.Url)] }, sync);
    }

    protected override async ValueTask ReleaseAsync()
    {
        writer?.Dispose();
        if (Followed is not null)
            await Followed.DisposeAsync();
        if (fresh is not null)
            await fresh.DisposeAsync();
        if (Link is not null)
            await Link.DisposeAsync();
    }

    /// <summary>Starts further servers with the same content.</summary>
    /// <returns>Their URLs.</returns>
    protected virtual Task<IReadOnlyList<string>> StartOthersAsync() => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Ends all troubles that go on, before views are compared.</summary>
    protected virtual Task HealAsync() => Task.CompletedTask;

    /// <param name="troubleEvery">So many changes are between two troubles in the mean.</param>
    protected async Task RunAsync(int changes, int troubleEvery, params (string Name, Func<Task> Make)[] kinds)
    {
        Stopwatch elapsed = Stopwatch.StartNew();
        int trouble = troubleEvery;
        for (int done = 1; done <= changes; done++)
        {
            Change(1);
            if (done >= trouble)
            {
                (string name, Func<Task> make) = kinds[random.Next(kinds.Length)];
                troubles[name] = troubles.GetValueOrDefault(name) + 1;
                await make();
                trouble += random.Next(2 * troubleEvery);
            }

            if (done % (changes / Comparisons) == 0)
                await AssertSameAsync(done);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"seed {Seed}, {people.Made.Values.Sum()} changes in {elapsed.Elapsed.TotalSeconds:F1} s: {Join(people.Made)}\ntroubles: {Join(troubles)}\n{Followed.Directory.Status}");
    }

    protected void Change(int times)
    {
        for (int i = 0; i < times; i++)
            writer.Apply(people.Next());
    }

    /// <summary>After a start of the server.</summary>
    protected void Reopen()
    {
        writer.Dispose();
        writer = Slapd.OpenWriter();
    }

    private async Task AssertSameAsync(int done)
    {
        await HealAsync();
        IReadOnlyList<string> differences = [];
        await Wait.UntilAsync(
            async () => Followed.Directory.Status.IsViewUsed && (differences = await CompareAsync()).Count == 0,
            $"the view is the same after {done} changes, seed {Seed}",
            CatchUpLimit,
            () => $"{differences.Count} differences\n{string.Join('\n', differences.Take(5))}\ntroubles: {Join(troubles)}\n{Followed.Directory.Status}\n{Said()}");
    }

    private string Said() => string.Join('\n', Followed.Heard.Where(heard => heard is not SyncConflict).TakeLast(20));

    private Task<IReadOnlyList<string>> CompareAsync() =>
        DirectoryFacts.CompareAsync(Followed.Directory, fresh, RandomPeople.Logins, RandomPeople.Addresses);

    private static string Join(IEnumerable<KeyValuePair<string, int>> counts) => string.Join(", ", counts.Select(pair => $"{pair.Value} {pair.Key}"));
}
