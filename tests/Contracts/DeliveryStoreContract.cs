using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Deliveries;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What every store of the ledger must do. A backend's subclass says how it is opened and stopped.</summary>
public abstract class DeliveryStoreContract : IAsyncLifetime
{
    /// <summary>Whole milliseconds, which every store keeps.</summary>
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    protected IDeliveryStore Store { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await StartAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens an empty store.</summary>
    protected abstract ValueTask<IDeliveryStore> StartAsync();

    protected abstract ValueTask StopAsync();

    [Fact]
    public async Task Records_come_back_as_they_were_in_the_order_of_their_times()
    {
        var hostile = Record(1, "o'brien\"*(x)%_\\=,+;#@truenorth.example") with { Node = "mx-1" };
        var long8Bit = Record(2, "grün🔑@truenorth.example");
        hostile = hostile with { Delivery = hostile.Delivery with { Outcome = DeliveryOutcome.Refused, Stage = SmtpStage.Rcpt, Sender = "", Reply = "550 5.1.1 <x> 'no' $1", Digest = "" } };
        DeliveryRecord[] records = [Record(0, "alice@truenorth.local"), hostile, long8Bit, Outcome(3, DeliveryOutcome.Deferred, SmtpStage.Data), Outcome(4, DeliveryOutcome.Unknown, SmtpStage.EndOfMessage), Outcome(5, DeliveryOutcome.Stored, SmtpStage.Mail)];
        await Store.WriteAsync([.. records.Reverse()], Token);

        Assert.Equal(records, await FindAsync());
    }

    [Fact]
    public async Task Record_that_is_written_twice_counts_once_and_stays_as_it_was()
    {
        var first = Record(0, "alice@truenorth.local");
        await Store.WriteAsync([first], Token);
        await Store.WriteAsync([first with { Node = "other" }, Record(1, "bob@truenorth.local")], Token);

        Assert.Equal(["mx1 alice@truenorth.local", "mx1 bob@truenorth.local"], (await FindAsync()).Select(record => $"{record.Node} {record.Delivery.Recipient}"));
    }

    [Theory]
    [InlineData("4fQueue1", null, 0, "0 1")]
    [InlineData("4fqueue1", null, 0, "")]
    [InlineData(null, "ALICE@truenorth.local", 0, "0 2")]
    [InlineData(null, "alice@truenorth.local", 1, "2")]
    [InlineData("4fQueue1", "alice@truenorth.local", 0, "0")]
    [InlineData(null, null, 1, "1 2")]
    [InlineData(null, "' OR true --", 0, "")]
    [InlineData(null, "alice_truenorth.local", 0, "")]
    public async Task Queue_id_recipient_and_time_find_what_they_name(string? queueId, string? recipient, int since, string found)
    {
        await Store.WriteAsync(
            [Record(0, "alice@truenorth.local", "4fQueue1"), Record(1, "bob@truenorth.local", "4fQueue1"), Record(2, "Alice@Truenorth.local", "4fQueue2")], Token);
        DeliveryQuery query = new(queueId, recipient, since == 0 ? null : Start.AddSeconds(since), 100);

        var records = await Store.FindAsync(query, Token);
        Assert.Equal(found, string.Join(' ', records.Select(record => (record.At - Start).TotalSeconds)));
        Assert.All(records, record => Assert.True(query.Matches(record)));
    }

    [Fact]
    public async Task Of_many_the_latest_are_shown()
    {
        await Store.WriteAsync([.. Enumerable.Range(0, 1000).Select(i => Record(i, "alice@truenorth.local"))], Token);

        var found = await Store.FindAsync(new DeliveryQuery(null, "alice@truenorth.local", null, 10), Token);
        Assert.Equal(Enumerable.Range(990, 10), found.Select(record => (int)(record.At - Start).TotalSeconds));
    }

    [Fact]
    public async Task Old_records_are_forgotten_in_steps_the_oldest_first()
    {
        await Store.WriteAsync([.. Enumerable.Range(0, 10).Select(i => Record(i, "alice@truenorth.local"))], Token);

        Assert.Equal(3, await Store.ForgetAsync(Start.AddSeconds(5), 3, Token));
        Assert.Equal(Start.AddSeconds(3), (await FindAsync())[0].At);
        Assert.Equal(2, await Store.ForgetAsync(Start.AddSeconds(5), 3, Token));
        Assert.Equal(0, await Store.ForgetAsync(Start.AddSeconds(5), 3, Token));
        Assert.Equal(5, (await FindAsync()).Count);
    }

    [Fact]
    public async Task Store_that_is_away_says_so()
    {
        await StopAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.WriteAsync([Record(0, "alice@truenorth.local")], Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => FindAsync());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.ForgetAsync(Start, 1, Token));
    }

    private static DeliveryRecord Record(int seconds, string recipient, string queueId = "4jX2Dd06rBz1k61j") => new(Guid.CreateVersion7(), "mx1", Start.AddSeconds(seconds), new Delivery
    {
        Outcome = DeliveryOutcome.Stored,
        Stage = SmtpStage.EndOfMessage,
        QueueId = queueId,
        Sender = "someone@elsewhere.example",
        Recipient = recipient,
        Size = 5_000_000_000,
        Digest = new string('a', 64),
        Backend = "unix:/run/dovecot/lmtp",
        Reply = "250 2.0.0 <x> Saved",
        Elapsed = TimeSpan.FromMilliseconds(12),
    });

    private static DeliveryRecord Outcome(int seconds, DeliveryOutcome outcome, SmtpStage stage)
    {
        var record = Record(seconds, "alice@truenorth.local");
        return record with { Delivery = record.Delivery with { Outcome = outcome, Stage = stage } };
    }

    private Task<IReadOnlyList<DeliveryRecord>> FindAsync() => Store.FindAsync(new DeliveryQuery(null, null, null, 100), Token);
}
