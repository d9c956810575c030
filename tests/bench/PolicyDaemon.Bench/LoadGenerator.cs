using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Bench;

/// <summary>
/// A closed loop over a number of connections: each sends its next request when its reply is there, as an smtpd does. One thread with
/// poll(2), because what it costs itself is taken from the server on a small machine.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PolicyRequests requests = new();
    private readonly Socket[] sockets;
    private readonly long[] sentAt;
    private readonly Libc.PollDescriptor[] descriptors;
    private readonly byte[] reply = new byte[1024];
    private readonly List<long> latencies = new(1 << 20);

    public LoadGenerator(EndPoint server, int connections)
    {
        sockets = new Socket[connections];
        sentAt = new long[connections];
        descriptors = new Libc.PollDescriptor[connections];
        for (var i = 0; i < connections; i++)
        {
            sockets[i] = Sockets.Connect(server);
            descriptors[i] = new Libc.PollDescriptor { Descriptor = (int)sockets[i].Handle, Events = Libc.PollIn };
        }
    }

    /// <summary>Keeps every connection busy that long, then lets each finish.</summary>
    public Round Run(TimeSpan duration)
    {
        latencies.Clear();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < sockets.Length; i++) Send(i);
        for (var open = sockets.Length; open > 0;)
        {
            Wait();
            for (var i = 0; i < descriptors.Length; i++)
            {
                if (descriptors[i].Returned == 0) continue;
                Receive(i);
                if (Stopwatch.GetElapsedTime(started) < duration) Send(i);
                else open--;
            }
        }

        return Round.Of(latencies, Stopwatch.GetElapsedTime(started));
    }

    public void Dispose()
    {
        foreach (var socket in sockets) socket?.Dispose();
    }

    private void Wait()
    {
        while (Libc.Poll(descriptors, Patience) is var ready && ready <= 0)
        {
            if (ready == 0) throw new TimeoutException("no reply");
            if (Marshal.GetLastPInvokeError() != Libc.Interrupted) throw new InvalidOperationException("poll failed");
        }
    }

    private void Send(int connection)
    {
        sentAt[connection] = Stopwatch.GetTimestamp();
        sockets[connection].Send(requests.Next());
    }

    /// <summary>A reply that is anything but DUNNO would mean that not what was meant is being measured.</summary>
    private void Receive(int connection)
    {
        var length = sockets[connection].Receive(reply);
        if (!reply.AsSpan(0, length).SequenceEqual("action=DUNNO\n\n"u8))
        {
            throw new InvalidDataException($"reply is not DUNNO: {System.Text.Encoding.ASCII.GetString(reply, 0, length).Trim()}");
        }

        latencies.Add(Stopwatch.GetTimestamp() - sentAt[connection]);
    }
}
