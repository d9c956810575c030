using System.Globalization;
using PolicyDaemon.Containment;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Admin;
using PolicyDaemon.Tests.Daemon.Configuration;
using PolicyDaemon.Tests.Daemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Containment;

/// <summary>Three refusals by limit within ten minutes block for an hour; the clock is the machine's.</summary>
public sealed class AccountContainmentTests : IAsyncDisposable
{
    private static readonly SmtpReply Reply = new(450, "7.1", "later");

    private readonly ConfigurationFolder folder = new();
    private readonly LogLines lines = new();
    private readonly DaemonMetrics metrics = new();
    private readonly TestDirectory directory = new();
    private readonly MemoryBlocks store = new();
    private readonly WaitingBlocks blocks;
    private readonly NoticeBoard notices;
    private readonly RecordingObserver next = new();
    private readonly AccountContainment containment;
    private int messages;
    private int settled;

    public AccountContainmentTests()
    {
        var options = folder.LoadGood(
            """
            {
              "node": "mx1",
              "limits": [ { "name": "hour", "key": "login", "unit": "recipients", "limit": 200, "per": "1h" } ],
              "containment": [ { "name": "burst", "on": "limitRefusals", "count": 3, "within": "10m", "block": "1h" } ]
            }
            """);
        blocks = new WaitingBlocks(store, TimeProvider.System);
        notices = new NoticeBoard(() => options.Notify, lines.Log, metrics, TimeProvider.System);
        containment = new AccountContainment(next, blocks, notices, lines.Log, metrics, TimeProvider.System);
        directory.Add(Mail.Account("alice") with { Logins = ["alice", "alice@truenorth.local"] });
        containment.Start(() => options, () => directory);
    }

    public async ValueTask DisposeAsync()
    {
        await containment.DisposeAsync();
        await notices.DisposeAsync();
        metrics.Dispose();
        lines.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Third_refusal_blocks_and_one_line_says_how_to_undo_it()
    {
        Refuse("alice", 3);

        var block = await WaitForBlockAsync("alice");

        Assert.Equal(("containment:burst", "3 messages refused by a limit within 10m", BlockAction.Reject), (block.Author, block.Reason, block.Action));
        Assert.Equal(TimeSpan.FromHours(1), block.ExpiresAt - block.CreatedAt);
        await WaitAsync(() => Alerts() == 1);
        Assert.EndsWith("subject=\"login alice\" undo=\"policydaemon unblock alice\"", lines.Snapshot()[0], StringComparison.Ordinal);
        Assert.Equal(3, next.Decisions.Count);
    }

    [Fact]
    public async Task Login_that_no_check_asked_for_counts_as_its_account()
    {
        Refuse("alice@truenorth.local", 2, account: null);
        Refuse("alice", 1, account: null);

        await WaitForBlockAsync("alice");
    }

    [Fact]
    public async Task Login_that_is_blocked_is_not_blocked_again_and_old_events_count_no_more_after_it()
    {
        var given = new Block
        {
            Subject = new BlockSubject(BlockScope.Login, "alice"), Action = BlockAction.Defer, Reason = "", Author = "root", CreatedAt = DateTimeOffset.UnixEpoch,
        };
        Refuse("alice", 2);
        await SettleAsync();
        await store.AddAsync(given, CancellationToken.None);
        Refuse("alice", 5);
        await SettleAsync();
        Assert.Same(given, await FindAsync("alice"));

        await store.RemoveAsync(given.Subject, CancellationToken.None);
        Refuse("alice", 2);
        await SettleAsync();

        Assert.Null(await FindAsync("alice"));
        Assert.Equal(0, Alerts());
    }

    [Fact]
    public async Task Store_that_is_away_gets_the_block_when_it_is_back()
    {
        store.IsDown = true;
        Refuse("alice", 3);
        await WaitForBlockAsync("alice");
        await WaitAsync(() => lines.Snapshot().Any(line => line.Contains("kept=no", StringComparison.Ordinal)));

        store.IsDown = false;
        await WaitAsync(() => lines.Snapshot().Any(line => line.Contains("containment_kept", StringComparison.Ordinal)));

        Assert.Equal("containment:burst", (await FindAsync("alice", store))!.Author);
    }

    private void Refuse(string login, int times, string? account = "alice")
    {
        for (var i = 0; i < times; i++)
        {
            var request = Mail.FromLogin(login, "alice@truenorth.local") with { Instance = (++messages).ToString(CultureInfo.InvariantCulture) };
            containment.OnDecision(request, Decision.Refuse(CheckName.RateLimit, Reason.LimitExceeded, Reply), new DecisionFacts(TimeSpan.Zero, Account: account));
        }
    }

    /// <summary>The worker goes by the order of events: when another login is blocked, all before it are done.</summary>
    private async Task SettleAsync()
    {
        Refuse("settled", 3, "settled");
        await WaitForBlockAsync("settled");
        await store.RemoveAsync(new BlockSubject(BlockScope.Login, "settled"), CancellationToken.None);
        settled++;
        await WaitAsync(() => Alerts("login settled") == settled);
    }

    private int Alerts(string subject = "login alice") =>
        lines.Snapshot().Count(line => line.Contains(" contained ", StringComparison.Ordinal) && line.Contains(subject, StringComparison.Ordinal));

    private async Task<Block> WaitForBlockAsync(string login)
    {
        Block? found = null;
        await WaitAsync(async () => (found = await FindAsync(login)) is not null);
        return found!;
    }

    private Task<Block?> FindAsync(string login) => FindAsync(login, blocks);

    private static async Task<Block?> FindAsync(string login, IBlocks where) =>
        (await where.ReadAsync(CancellationToken.None)).Value?.Find(new BlockSubject(BlockScope.Login, login), TimeProvider.System.GetUtcNow());

    private static Task WaitAsync(Func<bool> condition) => WaitAsync(() => Task.FromResult(condition()));

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!await condition()) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }
}
