using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.Bench.Milter;

/// <summary>Many SMTP sessions at once, each with its connection to a milter, and many messages over all of them.</summary>
public sealed class MilterLoad(EndPoint server, int connections, long messages)
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private const int MaxErrorsTold = 10;

    private readonly ConcurrentQueue<string> errors = new();
    private long sent;
    private long numbers;

    /// <param name="processId">The server's; null: its use is not measured.</param>
    public async Task<HoldReport> RunAsync(int? processId)
    {
        using CancellationTokenSource limit = new(Patience);
        List<MilterClient> clients = [];
        List<ServerUse> samples = [];
        try
        {
            for (var i = 0; i < connections; i++) clients.Add(await MilterClient.OpenAsync(server, limit.Token));
            if (processId is { } first) samples.Add(ServerUse.Of(first));
            var started = Stopwatch.GetTimestamp();
            var sending = Task.WhenAll(clients.Select((client, i) => SendAsync(client, (messages / connections) + (i < messages % connections ? 1 : 0))));
            while (await Task.WhenAny(sending, Task.Delay(SampleInterval, CancellationToken.None)) != sending)
            {
                if (processId is { } running) samples.Add(ServerUse.Of(running));
            }

            await sending;
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (processId is { } last) samples.Add(ServerUse.Of(last));
            return new HoldReport(clients.Count, sent, elapsed, errors.Count, [.. errors.Take(MaxErrorsTold)], samples);
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    /// <summary>The first message that is not accepted is the last of its session.</summary>
    private async Task SendAsync(MilterClient client, long count)
    {
        try
        {
            for (long i = 0; i < count; i++)
            {
                // The form of Postfix's long queue ids: no two are the same.
                var queueId = string.Create(CultureInfo.InvariantCulture, $"4jX2H{Interlocked.Increment(ref numbers):D9}z1k9rS");
                var reply = await client.SendAsync("bob@truenorth.local", queueId);
                if (reply != 'c') throw new IOException($"reply is {reply}");
                Interlocked.Increment(ref sent);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            errors.Enqueue(exception.Message);
        }
    }
}
