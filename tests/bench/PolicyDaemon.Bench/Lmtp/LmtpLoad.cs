using System.Diagnostics;
using System.Globalization;
using System.Text;
using PolicyDaemon.Bench.Auth;

namespace PolicyDaemon.Bench.Lmtp;

/// <summary>A closed loop over a number of sessions, a thread each: the next message when the last one is stored. Each goes to another mailbox.</summary>
internal sealed class LmtpLoad(LmtpSubject subject, int sessions, int mailboxes, int octets) : IDisposable
{
    private readonly LmtpSender[] senders = [.. Enumerable.Range(0, sessions).Select(_ => new LmtpSender(subject.Endpoint))];
    private readonly byte[] content = ContentOf(octets);
    private long numbers;

    public Round Run(TimeSpan length)
    {
        var began = Stopwatch.GetTimestamp();
        var running = senders.Select(sender => Task.Factory.StartNew(() => Run(sender, began, length), TaskCreationOptions.LongRunning)).ToArray();
        List<long> latencies = [.. Task.WhenAll(running).GetAwaiter().GetResult().SelectMany(times => times)];
        return Round.Of(latencies, Stopwatch.GetElapsedTime(began));
    }

    public void Dispose()
    {
        foreach (var sender in senders) sender.Dispose();
    }

    private List<long> Run(LmtpSender sender, long began, TimeSpan length)
    {
        List<long> latencies = [];
        while (Stopwatch.GetElapsedTime(began) < length)
        {
            var number = Interlocked.Increment(ref numbers);
            var sent = Stopwatch.GetTimestamp();

            // The form of Postfix's long queue ids: no two are the same.
            sender.Send(AuthPeople.LoginOf((int)(number % mailboxes)), string.Create(CultureInfo.InvariantCulture, $"4jX2H{number:D9}z1k9rS"), content);
            latencies.Add(Stopwatch.GetTimestamp() - sent);
        }

        return latencies;
    }

    private static byte[] ContentOf(int octets)
    {
        StringBuilder text = new("From: Someone <someone@elsewhere.example>\r\nTo: user@truenorth.local\r\nSubject: measured\r\nMessage-ID: <measured@elsewhere.example>\r\n\r\n");
        while (text.Length < octets) text.Append("The quick brown fox jumps over the lazy dog, and nobody is asked twice.\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
