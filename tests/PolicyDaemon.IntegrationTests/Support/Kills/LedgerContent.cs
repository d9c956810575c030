using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>All that a stopped daemon has on record: in its store, and in its journal what the store does not have.</summary>
internal sealed class LedgerContent
{
    private readonly ILookup<(string QueueId, string Recipient), DeliveryRecord> records;

    private LedgerContent(IEnumerable<DeliveryRecord> records) =>
        this.records = records.DistinctBy(record => record.Id).OrderBy(record => record.At).ToLookup(record => (record.Delivery.QueueId, record.Delivery.Recipient));

    /// <summary>What the mail store had said already, when Postfix came again.</summary>
    public int RepeatedCount => records.Sum(of => of.Count(record => record.Delivery.Outcome == DeliveryOutcome.Stored && SessionOf(record) is null));

    public static async Task<LedgerContent> ReadAsync(KilledMailSystem mail)
    {
        using DeliveryJournal journal = new(new DeliveryJournalOptions { Directory = mail.Journal });
        using SqliteDatabase database = SqliteDatabase.Open(mail.Store);
        IReadOnlyList<DeliveryRecord> there = await new SqliteDeliveryStore(database).FindAsync(new DeliveryQuery(null, null, null, int.MaxValue), CancellationToken.None);
        return new(there.Concat(journal.ReadAll()));
    }

    /// <summary>Dovecot's transactions that were acknowledged for this recipient.</summary>
    public IReadOnlyList<string> FindSessions(string queueId, string recipient) =>
        [.. records[(queueId, recipient)].Where(record => record.Delivery.Outcome == DeliveryOutcome.Stored).Select(SessionOf).OfType<string>()];

    /// <summary>When Dovecot had the whole message and did not say what became of it: from the end of the message until nothing could come any more.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> FindUnknown(string queueId, string recipient) =>
    [
        .. records[(queueId, recipient)].Where(record => record.Delivery.Outcome == DeliveryOutcome.Unknown).Select(record => (record.At - record.Delivery.Elapsed, record.At)),
    ];

    /// <summary><c>250 2.0.0 &lt;recipient&gt; session:R2 Saved</c>, and the number of the recipient only from the second on.</summary>
    private static string? SessionOf(DeliveryRecord record)
    {
        if (record.Delivery.Reply.Split(' ') is not [.., var session, "Saved"]) return null;
        int number = session.IndexOf(":R", StringComparison.Ordinal);
        return number < 0 ? session : session[..number];
    }
}
