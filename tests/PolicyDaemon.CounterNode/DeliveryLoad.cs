using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.CounterNode;

/// <summary>Sessions that put deliveries into a journal as fast as they can, and say the id of each that is on disk.</summary>
internal static class DeliveryLoad
{
    private const int Sessions = 8;

    public static Task RunAsync(string directory)
    {
        DeliveryJournal journal = new(new DeliveryJournalOptions { Directory = directory, SegmentBytes = 64 * 1024 });
        GroupCommit<DeliveryRecord> writer = new(journal.Append, TimeProvider.System);
        return Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                DeliveryRecord record = new(Guid.CreateVersion7(), "mx1", DateTimeOffset.UtcNow, NewDelivery());
                await writer.WriteAsync([record]);
                lock (writer) Console.WriteLine(record.Id);
            }
        })));
    }

    private static Delivery NewDelivery() => new()
    {
        Outcome = DeliveryOutcome.Stored,
        Stage = SmtpStage.EndOfMessage,
        QueueId = "4jX2Dd06rBz1k61j",
        Sender = "someone@elsewhere.example",
        Recipient = "alice@truenorth.local",
        Size = Random.Shared.Next(),
        Digest = new string('a', 64),
        Backend = "unix:/run/dovecot/lmtp",
        Reply = new string('x', Random.Shared.Next(500)),
        Elapsed = TimeSpan.Zero,
    };
}
