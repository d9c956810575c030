using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace PolicyDaemon.Bench.Auth;

/// <summary>
/// A closed loop over a number of connections: each asks about the next person when its answer is there. One thread with poll(2), because what it costs
/// itself is taken from the server on a small machine.
/// </summary>
internal sealed class AuthLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AuthPeople people;
    private readonly bool isOnce;
    private readonly Socket[] sockets;
    private readonly long[] sentAt;
    private readonly Libc.PollDescriptor[] descriptors;
    private readonly byte[] buffer = new byte[4096];
    private readonly List<long> latencies = new(1 << 18);
    private int next;
    private uint id;

    /// <param name="isOnce">Nobody logs in twice, so that nothing can be remembered.</param>
    public AuthLoad(AuthSubject server, AuthPeople people, int connections, bool isOnce)
    {
        (this.people, this.isOnce) = (people, isOnce);
        sockets = new Socket[connections];
        sentAt = new long[connections];
        descriptors = new Libc.PollDescriptor[connections];
        for (var i = 0; i < connections; i++)
        {
            sockets[i] = Sockets.Connect(server.Endpoint);
            descriptors[i] = new Libc.PollDescriptor { Descriptor = (int)sockets[i].Handle, Events = Libc.PollIn };
            Greet(sockets[i], i);
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

    private void Greet(Socket socket, int number)
    {
        socket.Send(Encoding.ASCII.GetBytes(FormattableString.Invariant($"VERSION\t1\t2\nCPID\t{(Environment.ProcessId << 12) + number}\n")));
        var greeting = 0;
        while (!buffer.AsSpan(0, greeting).EndsWith("DONE\n"u8))
        {
            var length = socket.Receive(buffer.AsSpan(greeting));
            greeting += length > 0 ? length : throw new InvalidDataException("closed within the handshake");
        }
    }

    private void Wait()
    {
        while (Libc.Poll(descriptors, Patience) is var ready && ready <= 0)
        {
            if (ready == 0) throw new TimeoutException("no answer");
            if (Marshal.GetLastPInvokeError() != Libc.Interrupted) throw new InvalidOperationException("poll failed");
        }
    }

    private void Send(int connection)
    {
        if (isOnce && next == people.Count) throw new InvalidOperationException($"everybody has logged in once: there are {people.Count}, give more (--people)");
        var request = people.RequestFor(next % people.Count);
        next++;
        "AUTH\t"u8.CopyTo(buffer);
        Utf8Formatter.TryFormat(++id, buffer.AsSpan(5), out var digits);
        request.CopyTo(buffer.AsSpan(5 + digits));
        sentAt[connection] = Stopwatch.GetTimestamp();
        sockets[connection].Send(buffer.AsSpan(0, 5 + digits + request.Length));
    }

    /// <summary>Any other answer than a yes would mean that not what was meant is being measured.</summary>
    private void Receive(int connection)
    {
        var length = sockets[connection].Receive(buffer);
        var answer = buffer.AsSpan(0, length);
        if (!answer.StartsWith("OK\t"u8) || !answer.EndsWith("\n"u8)) throw new InvalidDataException($"not accepted: {Encoding.UTF8.GetString(answer).Trim()}");
        latencies.Add(Stopwatch.GetTimestamp() - sentAt[connection]);
    }
}
