using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Ledger;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Backends.Sqlite;
using PolicyDaemon.Tests.Daemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Ledger;

public sealed class DeliveryLedgerTests : IAsyncDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly LogLines lines = new();
    private readonly ManualClock clock = new();
    private readonly MemoryStore store = new();
    private readonly Heard next = new();
    private DeliveryJournal? journal;
    private DeliveryLedger ledger;

    public DeliveryLedgerTests() => ledger = Open();

    public async ValueTask DisposeAsync()
    {
        await ledger.DisposeAsync();
        lines.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Stored_is_on_disk_before_it_is_told_and_known_to_the_next_start()
    {
        await ledger.OnDeliveriesAsync([Delivery("4f1"), Delivery("4f2", DeliveryOutcome.Deferred)]);
        Assert.Contains(journal!.ReadAll(), record => record.Delivery.QueueId == "4f1");
        Assert.Equal(2, next.Count);

        await ledger.DisposeAsync();
        ledger = Open();
        ledger.Start();
        Assert.True(ledger.IsSuspected("4f1", "a@x", "b@y"));
        Assert.True(ledger.IsThere("4f1", "a@x", "b@y", Digest));
        Assert.False(ledger.IsSuspected("4f2", "a@x", "b@y"));
    }

    [Fact]
    public async Task Store_has_everything_soon_and_only_once()
    {
        ledger.Start();
        await ledger.OnDeliveriesAsync([Delivery("4f1"), Delivery("4f2", DeliveryOutcome.Refused)]);
        await UntilAsync(() => store.Records.Count == 2);
        await ledger.OnDeliveriesAsync([Delivery("4f3")]);
        await UntilAsync(() => store.Records.Count == 3);

        Assert.Equal(3, store.Written);
        await UntilAsync(() => ledger.Facts.Waiting == 0);
    }

    [Fact]
    public async Task Store_that_is_away_holds_up_nobody_and_has_it_when_it_is_back()
    {
        store.IsAway = true;
        ledger.Start();
        await ledger.OnDeliveriesAsync([Delivery("4f1")]);
        var (records, missing) = await FindAsync(new DeliveryQuery("4f1", null, null, 10));
        Assert.Equal("4f1", Assert.Single(records).Delivery.QueueId);
        Assert.Equal("away", missing);
        Assert.Equal(1, ledger.Facts.Waiting);
        await UntilAsync(() => ledger.Standing.Cause == "away");
        Assert.Equal((1, records[0].At, null), (ledger.Standing.Waiting, ledger.Standing.OldestWaiting, ledger.Standing.HandedOverAt));
        Assert.Contains("warning ledger_waiting ", Assert.Single(lines.Snapshot()), StringComparison.Ordinal);

        store.IsAway = false;
        await UntilAsync(() => store.Records.Count == 1);
        (records, missing) = await FindAsync(new DeliveryQuery("4f1", null, null, 10));
        Assert.Single(records);
        Assert.Null(missing);
        await UntilAsync(() => ledger.Standing is { Waiting: 0, OldestWaiting: null, HandedOverAt: not null, Cause: null });
        Assert.Contains("information ledger_handed_over", lines.Snapshot()[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Journal_that_cannot_be_written_is_said_and_the_delivery_stands()
    {
        journal!.Dispose();
        await ledger.OnDeliveriesAsync([Delivery("4f1")]);
        await ledger.OnDeliveriesAsync([Delivery("4f2")]);

        Assert.Contains("error ledger_fault effect=\"deliveries are not on record; mail goes on\"", Assert.Single(lines.Snapshot()), StringComparison.Ordinal);
        Assert.True(ledger.IsSuspected("4f1", "a@x", "b@y"));
    }

    [Fact]
    public async Task Old_deliveries_are_forgotten_after_the_time_that_is_configured()
    {
        await store.WriteAsync([new DeliveryRecord(Guid.NewGuid(), "mx1", clock.GetUtcNow() - TimeSpan.FromDays(31), Delivery("old")), new DeliveryRecord(Guid.NewGuid(), "mx1", clock.GetUtcNow() - TimeSpan.FromDays(29), Delivery("new"))], default);
        ledger.Start();
        await UntilAsync(() => store.Records.Count == 1);

        Assert.Equal("new", store.Records[0].Delivery.QueueId);
    }

    private const string Digest = "aabb";

    private static Delivery Delivery(string queueId, DeliveryOutcome outcome = DeliveryOutcome.Stored) => new()
    {
        Outcome = outcome,
        Stage = SmtpStage.EndOfMessage,
        QueueId = queueId,
        Sender = "a@x",
        Recipient = "b@y",
        Size = 1,
        Digest = Digest,
        Backend = "unix:/b",
        Reply = "250 Saved",
        Elapsed = TimeSpan.Zero,
    };

    private Task<(IReadOnlyList<DeliveryRecord> Records, string? MissingCause)> FindAsync(DeliveryQuery query) => ledger.FindAsync(query, TestContext.Current.CancellationToken);

    private DeliveryLedger Open()
    {
        journal = new DeliveryJournal(new DeliveryJournalOptions { Directory = directory.File("deliveries") });
        return new DeliveryLedger(next, journal, store, () => TimeSpan.FromDays(30), "mx1", new LedgerLog(lines.Log), clock);
    }

    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 500 && !isSo(); i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True(isSo());
    }

    private sealed class Heard : IDeliveryObserver
    {
        public int Count { get; private set; }

        public ValueTask OnDeliveriesAsync(IReadOnlyList<Delivery> deliveries)
        {
            Count += deliveries.Count;
            return default;
        }
    }

    private sealed class MemoryStore : IDeliveryStore
    {
        private readonly Lock gate = new();
        private readonly List<DeliveryRecord> records = [];

        public bool IsAway { get; set; }

        public int Written { get; private set; }

        public IReadOnlyList<DeliveryRecord> Records
        {
            get
            {
                lock (gate) return [.. records];
            }
        }

        public Task WriteAsync(IReadOnlyList<DeliveryRecord> some, CancellationToken cancellationToken)
        {
            if (IsAway) throw new StoreUnavailableException("away");
            lock (gate)
            {
                Written += some.Count;
                records.AddRange(some.Where(record => records.All(known => known.Id != record.Id)));
            }

            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<DeliveryRecord>> FindAsync(DeliveryQuery query, CancellationToken cancellationToken) =>
            IsAway ? throw new StoreUnavailableException("away") : Task.FromResult<IReadOnlyList<DeliveryRecord>>([.. Records.Where(query.Matches)]);

        public Task<int> ForgetAsync(DateTimeOffset before, int most, CancellationToken cancellationToken)
        {
            lock (gate) return Task.FromResult(records.RemoveAll(record => record.At < before));
        }
    }
}
