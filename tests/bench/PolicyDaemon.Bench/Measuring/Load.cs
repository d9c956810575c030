using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PolicyDaemon.Bench.Conversations;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>
/// Requests over a number of connections: in a closed loop, where each asks again when its answer is there, as an smtpd does; or so many a second,
/// whether or not those before are answered. One thread with ppoll(2), because what it costs itself is taken from the server on a small machine.
/// </summary>
internal sealed class Load : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket[] sockets;
    private readonly IConversation[] conversations;
    private readonly long[] since;
    private readonly Libc.PollDescriptor[] descriptors;
    private readonly byte[] received = new byte[4096];
    private readonly List<long> latencies = new(1 << 18);
    private readonly Stack<int> free = [];

    /// <param name="conversation">Made for each connection, by its number.</param>
    public Load(EndPoint server, int connections, Func<int, IConversation> conversation)
    {
        sockets = new Socket[connections];
        conversations = new IConversation[connections];
        since = new long[connections];
        descriptors = new Libc.PollDescriptor[connections];
        for (var i = 0; i < connections; i++)
        {
            sockets[i] = Sockets.Connect(server);
            descriptors[i] = new Libc.PollDescriptor { Descriptor = (int)sockets[i].Handle, Events = Libc.PollIn };
            conversations[i] = conversation(i);
            conversations[i].Open(sockets[i]);
        }
    }

    /// <summary>Keeps every connection busy that long, then lets each finish.</summary>
    public Round Run(TimeSpan duration)
    {
        latencies.Clear();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < sockets.Length; i++) Begin(i, Stopwatch.GetTimestamp());
        for (var open = sockets.Length; open > 0;)
        {
            Wait(Patience);
            for (var i = 0; i < descriptors.Length; i++)
            {
                if (descriptors[i].Returned == 0 || !Receive(i)) continue;
                if (Stopwatch.GetElapsedTime(started) < duration) Begin(i, Stopwatch.GetTimestamp());
                else open--;
            }
        }

        return Round.Of(latencies, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>A request that is due while no connection is free waits, and that time counts; so does that of those which wait at the end.</summary>
    public Round Run(TimeSpan duration, int perSecond)
    {
        latencies.Clear();
        free.Clear();
        for (var i = sockets.Length - 1; i >= 0; i--) free.Push(i);
        var total = (long)(duration.TotalSeconds * perSecond);
        var started = Stopwatch.GetTimestamp();
        for (long sent = 0; sent < total || free.Count < sockets.Length;)
        {
            while (sent < total && free.Count > 0 && Due(sent) <= Stopwatch.GetTimestamp()) Begin(free.Pop(), Due(sent++));
            Wait(sent < total && free.Count > 0 ? Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Due(sent)) : Patience);
            for (var i = 0; i < descriptors.Length; i++)
            {
                if (descriptors[i].Returned != 0 && Receive(i)) free.Push(i);
            }
        }

        return Round.Of(latencies, Stopwatch.GetElapsedTime(started));

        long Due(long number) => started + (number * Stopwatch.Frequency / perSecond);
    }

    public void Dispose()
    {
        foreach (var socket in sockets) socket?.Dispose();
    }

    private void Wait(TimeSpan atMost)
    {
        var ready = Libc.Poll(descriptors, atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero);
        if (ready == 0 && atMost == Patience) throw new TimeoutException("no answer");
        if (ready < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted) throw new InvalidOperationException("ppoll failed");
        if (ready < 0) foreach (ref var descriptor in descriptors.AsSpan()) descriptor.Returned = 0;
    }

    private void Begin(int connection, long at)
    {
        since[connection] = at;
        sockets[connection].Send(conversations[connection].Begin());
    }

    /// <returns>True: the request is answered.</returns>
    private bool Receive(int connection)
    {
        var length = sockets[connection].Receive(received);
        if (length == 0) throw new InvalidDataException("the server closed a connection");
        var isAnswered = conversations[connection].Take(received.AsSpan(0, length), out var next);
        if (!next.IsEmpty) sockets[connection].Send(next);
        if (isAnswered) latencies.Add(Stopwatch.GetTimestamp() - since[connection]);
        return isAnswered;
    }
}
