using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Bench;

/// <summary>Many connections open at once, and many requests over all of them: does the server stay whole, and its use flat?</summary>
/// <param name="expectedAction">The one right answer to the request.</param>
public sealed class HoldOpen(EndPoint server, int connections, long requests, string expectedAction = "DUNNO")
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private const int MaxErrorsTold = 10;

    private readonly byte[] expected = Encoding.ASCII.GetBytes($"action={expectedAction}\n\n");
    private readonly ConcurrentQueue<string> errors = new();
    private long answered;

    /// <param name="processId">The server's; null: its use is not measured.</param>
    public async Task<HoldReport> RunAsync(int? processId)
    {
        List<Socket> sockets = [];
        List<ServerUse> samples = [];
        try
        {
            Connect(sockets);
            if (processId is { } first) samples.Add(ServerUse.Of(first));
            var started = Stopwatch.GetTimestamp();
            var asking = Task.WhenAll(sockets.Select((socket, i) => AskAsync(socket, Share(i, sockets.Count))));
            while (await Task.WhenAny(asking, Task.Delay(SampleInterval)) != asking)
            {
                if (processId is { } running) samples.Add(ServerUse.Of(running));
            }

            await asking;
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (processId is { } last) samples.Add(ServerUse.Of(last));
            return new HoldReport(sockets.Count, answered, elapsed, errors.Count, [.. errors.Take(MaxErrorsTold)], samples);
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    private void Connect(List<Socket> sockets)
    {
        for (var i = 0; i < connections; i++)
        {
            try
            {
                sockets.Add(Sockets.Connect(server));
            }
            catch (SocketException exception)
            {
                errors.Enqueue($"connection {i}: {exception.Message}");
            }
        }
    }

    private long Share(int index, int count) => (requests / count) + (index < requests % count ? 1 : 0);

    /// <summary>Asks one question after the other; the first that is not answered as expected is the last.</summary>
    private async Task AskAsync(Socket socket, long count)
    {
        PolicyRequests own = new();
        var reply = new byte[expected.Length + 1];
        try
        {
            for (long i = 0; i < count; i++)
            {
                using CancellationTokenSource limit = new(Patience);
                await socket.SendAsync(own.Next(), limit.Token);
                var length = 0;
                while (length < expected.Length)
                {
                    var received = await socket.ReceiveAsync(reply.AsMemory(length), limit.Token);
                    if (received == 0) throw new IOException("connection closed");
                    length += received;
                }

                if (!reply.AsSpan(0, length).SequenceEqual(expected)) throw new IOException($"reply is {Encoding.ASCII.GetString(reply, 0, length).Trim()}");
                Interlocked.Increment(ref answered);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            errors.Enqueue(exception.Message);
        }
    }
}

/// <param name="Connections">How many were open at once.</param>
/// <param name="Answered">Requests that were answered as expected.</param>
/// <param name="ErrorCount">Connections that failed, each at most once.</param>
/// <param name="Errors">The first of them.</param>
/// <param name="Samples">
/// The server's use: all connections open and nothing asked, then about twice a second, then everything answered and all connections
/// still open.
/// </param>
public sealed record HoldReport(
    int Connections, long Answered, TimeSpan Elapsed, int ErrorCount, IReadOnlyList<string> Errors, IReadOnlyList<ServerUse> Samples);
