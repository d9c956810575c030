using System.Diagnostics;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>Two nodes and one database, which one of them loses sight of.</summary>
public sealed class PostgresBlocksTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>, IAsyncLifetime
{
    private static readonly BlockSubject Alice = new(BlockScope.Login, "alice");
    private static readonly BlockSubject Bob = new(BlockScope.Login, "bob");

    private readonly DirectoryInfo files = Directory.CreateTempSubdirectory("policydaemon-blocks-");
    private PostgresDatabase database = null!;
    private NetworkLink link = null!;
    private BlocksNode near = null!;
    private BlocksNode far = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string FarFile => Path.Combine(files.FullName, "far.json");

    public async ValueTask InitializeAsync()
    {
        database = await postgres.Server.CreateMigratedAsync();
        link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        near = await BlocksNode.OpenAsync(PostgresSetup.OptionsOf(database), Path.Combine(files.FullName, "near.json"));
        far = await OpenFarAsync();
        await Wait.UntilAsync(() => near.Blocks.Status.IsLive && far.Blocks.Status.IsLive, "both nodes hear of changes");
    }

    public async ValueTask DisposeAsync()
    {
        await far.DisposeAsync();
        await near.DisposeAsync();
        await link.DisposeAsync();
        files.Delete(recursive: true);
    }

    [Fact]
    public async Task Block_is_in_force_on_the_other_node_within_milliseconds()
    {
        List<double> delays = [];
        for (int number = 0; number < 20; number++)
        {
            BlockSubject subject = new(BlockScope.Login, $"user{number}");
            await near.Blocks.AddAsync(NewBlock(subject), Token);
            Stopwatch elapsed = Stopwatch.StartNew();
            await Wait.UntilAsync(async () => await far.FindAsync(subject) is not null, "the other node has the block");
            delays.Add(elapsed.Elapsed.TotalMilliseconds);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"median {delays.Order().ElementAt(10):0} ms, worst {delays.Max():0} ms");
        Assert.InRange(delays.Order().ElementAt(10), 0, 500);
    }

    [Fact]
    public async Task Order_given_while_cut_off_acts_at_once_and_reaches_the_other_node_afterwards()
    {
        await near.Blocks.AddAsync(NewBlock(Bob), Token);
        await UntilAsync(far, Bob, isBlocked: true);
        await link.CutAsync();

        await far.Blocks.AddAsync(NewBlock(Alice), Token);
        Assert.True(await far.Blocks.RemoveAsync(Bob, Token));

        Assert.NotNull(await far.FindAsync(Alice));
        Assert.Null(await far.FindAsync(Bob));
        Assert.Equal(2, far.Blocks.Status.Pending);
        Assert.NotNull(far.Blocks.Status.Cause);
        Assert.Null(await near.FindAsync(Alice));

        await link.HealAsync();
        await UntilAsync(near, Alice, isBlocked: true);
        await UntilAsync(near, Bob, isBlocked: false);
        await Wait.UntilAsync(() => far.Blocks.Status is { IsLive: true, Pending: 0, Cause: null }, "everything is handed over");
    }

    [Fact]
    public async Task Of_two_orders_about_a_subject_the_later_counts_whichever_node_it_was_given_on()
    {
        await link.CutAsync();
        await far.Blocks.AddAsync(NewBlock(Alice, "early"), Token);
        await near.Blocks.AddAsync(NewBlock(Bob, "early"), Token);
        await Task.Delay(50, Token);
        await near.Blocks.RemoveAsync(Alice, Token);
        await far.Blocks.AddAsync(NewBlock(Bob, "late"), Token);

        await link.HealAsync();
        await Wait.UntilAsync(() => far.Blocks.Status is { IsLive: true, Pending: 0 }, "everything is handed over");

        await UntilAsync(near, Bob, isBlocked: true, "late");
        await UntilAsync(far, Bob, isBlocked: true, "late");
        await UntilAsync(far, Alice, isBlocked: false);
        await UntilAsync(near, Alice, isBlocked: false);
    }

    [Fact]
    public async Task Node_restarted_while_cut_off_has_last_known_and_own_blocks_and_hands_them_over_later()
    {
        await near.Blocks.AddAsync(NewBlock(Bob), Token);
        await UntilAsync(far, Bob, isBlocked: true);
        await link.CutAsync();
        await far.Blocks.AddAsync(NewBlock(Alice), Token);
        await far.DisposeAsync();

        far = await OpenFarAsync();

        Assert.NotNull(await far.FindAsync(Alice));
        Assert.NotNull(await far.FindAsync(Bob));
        Assert.True((await far.Blocks.ReadAsync(Token)) is { IsFound: true, Provenance.Age.Ticks: > 0 });
        await link.HealAsync();
        await UntilAsync(near, Alice, isBlocked: true);
    }

    [Fact]
    public async Task Node_that_never_read_the_database_says_so_and_forbids_what_it_was_told()
    {
        await link.CutAsync();
        await far.DisposeAsync();
        File.Delete(FarFile);
        far = await OpenFarAsync();
        await far.Blocks.AddAsync(NewBlock(Alice), Token);

        Assert.True((await far.Blocks.ReadAsync(Token)).IsUnavailable);
        Assert.NotNull(await far.FindAsync(Alice));
    }

    [Fact]
    public async Task Order_that_can_be_kept_nowhere_is_refused_and_not_in_force()
    {
        await link.CutAsync();
        Directory.CreateDirectory($"{FarFile}.new");

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await far.Blocks.AddAsync(NewBlock(Alice), Token));

        Assert.Null(await far.FindAsync(Alice));
        Assert.Equal(0, far.Blocks.Status.Pending);
    }

    [Fact]
    public async Task Half_open_connection_is_noticed_and_the_age_of_what_is_known_told()
    {
        await near.Blocks.AddAsync(NewBlock(Bob), Token);
        await UntilAsync(far, Bob, isBlocked: true);
        link.Freeze();
        Stopwatch elapsed = Stopwatch.StartNew();

        await Wait.UntilAsync(() => !far.Blocks.Status.IsLive, "the silence is noticed");

        Assert.InRange(elapsed.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.True((await far.Blocks.ReadAsync(Token)).Provenance.Age > TimeSpan.Zero);
        await near.Blocks.AddAsync(NewBlock(Alice), Token);
        await link.HealAsync();
        await UntilAsync(far, Alice, isBlocked: true);
    }

    [Fact]
    public async Task File_is_for_its_owner_only_and_holds_what_is_known()
    {
        await near.Blocks.AddAsync(NewBlock(Bob), Token);
        await UntilAsync(far, Bob, isBlocked: true);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FarFile));
        await Wait.UntilAsync(async () => (await File.ReadAllTextAsync(FarFile, Token)).Contains("\"bob\"", StringComparison.Ordinal), "the file has the block");
    }

    [Fact]
    public async Task Role_without_the_right_keeps_its_orders_and_says_what_is_missing()
    {
        await database.ExecuteAsync("REVOKE INSERT ON policydaemon.blocks FROM policydaemon");

        await far.Blocks.AddAsync(NewBlock(Alice), Token);

        Assert.NotNull(await far.FindAsync(Alice));
        Assert.Contains("migrate --role", far.Blocks.Status.Cause, StringComparison.Ordinal);
        await database.ExecuteAsync("GRANT INSERT ON policydaemon.blocks TO policydaemon");
        await near.Blocks.AddAsync(NewBlock(Bob), Token);
        await UntilAsync(near, Alice, isBlocked: true);
    }

    private Task<BlocksNode> OpenFarAsync() => BlocksNode.OpenAsync(PostgresSetup.OptionsOf(database, link.Endpoint), FarFile);

    private static Task UntilAsync(BlocksNode node, BlockSubject subject, bool isBlocked, string? reason = null) => Wait.UntilAsync(
        async () => await node.FindAsync(subject) is var found && found is not null == isBlocked && (reason is null || found!.Reason == reason),
        $"{subject} is {(isBlocked ? "blocked" : "not blocked")}");

    private static Block NewBlock(BlockSubject subject, string reason = "spam") => new()
    {
        Subject = subject, Action = BlockAction.Reject, Reason = reason, Author = "root", CreatedAt = TimeProvider.System.GetUtcNow(),
    };
}
