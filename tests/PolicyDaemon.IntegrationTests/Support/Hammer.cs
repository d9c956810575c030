using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>
/// Many connections to each node that finish messages of one login, with mixed numbers of recipients, until nothing passes any more, and on until
/// the time is over. Who gets no answer, because a node is gone, or "try again later", because it could not count, sends the same message again.
/// </summary>
/// <param name="nodes">Where they listen.</param>
/// <param name="connections">To each of them.</param>
internal sealed class Hammer(IReadOnlyList<EndPoint> nodes, int connections, string login)
{
    public const int MostRecipients = 5;

    private readonly ConcurrentBag<PassedMessage> passed = [];
    private readonly long began = Stopwatch.GetTimestamp();
    private long answered;
    private long repeated;

    /// <summary>What passed, each message once.</summary>
    public IReadOnlyCollection<PassedMessage> Passed => passed;

    public long Recipients => passed.Sum(message => message.Recipients);

    /// <summary>Questions that had an answer.</summary>
    public long Answered => Interlocked.Read(ref answered);

    /// <summary>Questions that were sent again.</summary>
    public long Repeated => Interlocked.Read(ref repeated);

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(began);

    /// <summary>Ends when the time is over and each connection was refused a message of one recipient after it.</summary>
    public Task RunAsync(TimeSpan atLeast) => Task.WhenAll(
        from node in Enumerable.Range(0, nodes.Count)
        from connection in Enumerable.Range(0, connections)
        select Task.Run(() => RunOneAsync(node, new Random((node * connections) + connection), atLeast)));

    /// <summary>What passed on the others, and when, for the bound of an outage.</summary>
    public long RecipientsOn(IEnumerable<int> some, TimeSpan from, TimeSpan until) =>
        passed.Where(message => some.Contains(message.Node) && message.At >= from && message.At <= until).Sum(message => message.Recipients);

    private async Task RunOneAsync(int node, Random random, TimeSpan atLeast)
    {
        PolicySession? session = null;
        try
        {
            for (int most = MostRecipients + 1; ;)
            {
                int recipients = random.Next(1, most);
                bool isLast = Elapsed > atLeast;
                string action;
                (action, session) = await FinishAsync(node, session, $"{Guid.NewGuid():N}", recipients);
                if (action == "DUNNO") passed.Add(new PassedMessage(node, Elapsed, recipients));
                else if (recipients > 1) most = 2;
                else if (isLast) return;
            }
        }
        finally
        {
            session?.Dispose();
        }
    }

    /// <summary>Until there is an answer that says yes or no.</summary>
    private async Task<(string Action, PolicySession? Session)> FinishAsync(int node, PolicySession? session, string instance, int recipients)
    {
        while (true)
        {
            try
            {
                session ??= await PolicySession.OpenAsync(nodes[node]);
                string action = await session.FinishAsync(login, instance, recipients);
                Interlocked.Increment(ref answered);
                if (!action.StartsWith("451", StringComparison.Ordinal)) return (action, session);
            }
            catch (Exception gone) when (gone is IOException or SocketException)
            {
                session?.Dispose();
                session = null;
            }

            Interlocked.Increment(ref repeated);
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}

/// <param name="At">Since the hammer began, when its answer came.</param>
internal sealed record PassedMessage(int Node, TimeSpan At, int Recipients);
