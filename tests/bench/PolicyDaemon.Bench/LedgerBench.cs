using System.Diagnostics;
using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Bench;

/// <summary>Measures what it costs a delivery to be on disk before Postfix hears of it.</summary>
internal static class LedgerBench
{
    public static async Task RunAsync(string parent, int[] sessionCounts, TimeSpan length)
    {
        Console.WriteLine("sessions   records/s   flushes/s   records per flush   p50 ms   p99 ms");
        foreach (int sessions in sessionCounts)
        {
            string directory = Path.Combine(parent, $"policydaemon-ledger-{Guid.NewGuid():N}");
            try
            {
                await MeasureAsync(directory, sessions, length);
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static async Task MeasureAsync(string directory, int sessions, TimeSpan length)
    {
        using DeliveryJournal journal = new(new DeliveryJournalOptions { Directory = directory });
        GroupCommit<DeliveryRecord> writer = new(journal.Append, TimeProvider.System);
        long started = Stopwatch.GetTimestamp();
        List<double>[] waits = await Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => Task.Run(() => WriteAsync(writer, started, length))));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        List<double> all = [.. waits.SelectMany(wait => wait).Order()];
        Console.WriteLine(
            $"{sessions,8} {all.Count / seconds,11:N0} {writer.Writes / seconds,11:N0} {(double)writer.Records / writer.Writes,19:0.0} {all[all.Count / 2],8:0.00} {all[all.Count * 99 / 100],8:0.00}");
    }

    private static async Task<List<double>> WriteAsync(GroupCommit<DeliveryRecord> writer, long started, TimeSpan length)
    {
        List<double> waits = [];
        while (Stopwatch.GetElapsedTime(started) < length)
        {
            long begun = Stopwatch.GetTimestamp();
            await writer.WriteAsync([NewRecord()]);
            waits.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return waits;
    }

    private static DeliveryRecord NewRecord() => new(Guid.CreateVersion7(), "mx1", DateTimeOffset.UtcNow, new Delivery
    {
        Outcome = DeliveryOutcome.Stored,
        Stage = SmtpStage.EndOfMessage,
        QueueId = "4jX2Dd06rBz1k61j",
        Sender = "someone@elsewhere.example",
        Recipient = "alice@truenorth.local",
        Size = 2431,
        Digest = new string('a', 64),
        Backend = "unix:/run/dovecot/lmtp",
        Reply = "250 2.0.0 <alice@truenorth.local> 8IiVBbDvAWuEZQAAg+zDdQ Saved",
        Elapsed = TimeSpan.FromMilliseconds(3),
    });
}
