using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace PolicyDaemon.Bench;

/// <summary>
/// So many requests a second, whether or not those before are answered: as many people as there are send mail, and a server that is late finds
/// more of them waiting. A request that is due while no connection is free waits, and that time counts.
/// </summary>
/// <param name="nextLogin">Who sends next; called on the thread of the loop.</param>
/// <param name="answered">Told of each reply, on the thread of the loop.</param>
public sealed class OpenLoop(EndPoint server, int connections, int perSecond, Func<string> nextLogin, Action<LoadAnswer> answered) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, PolicyRequests> requests = new(StringComparer.Ordinal);
    private readonly Socket[] sockets = new Socket[connections];
    private readonly LoadAnswer?[] pending = new LoadAnswer?[connections];
    private readonly Libc.PollDescriptor[] descriptors = new Libc.PollDescriptor[connections];
    private readonly Stack<int> free = new(Enumerable.Range(0, connections));
    private readonly byte[] reply = new byte[1024];
    private long sent;

    /// <summary>Loads the server on a thread of its own until cancelled, and ends when all replies are there.</summary>
    /// <exception cref="IOException">A connection was closed, or a reply did not come within ten seconds.</exception>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Run(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        foreach (var socket in sockets) socket?.Dispose();
    }

    private void Run(CancellationToken cancellationToken)
    {
        for (var i = 0; i < sockets.Length; i++)
        {
            sockets[i] = Sockets.Connect(server);
            descriptors[i] = new Libc.PollDescriptor { Descriptor = (int)sockets[i].Handle, Events = Libc.PollIn };
        }

        var started = Stopwatch.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            SendWhatIsDue(started);
            ReceiveWhatIsThere();
        }

        while (free.Count < sockets.Length) ReceiveWhatIsThere();
    }

    private void SendWhatIsDue(long started)
    {
        while (free.Count > 0 && DueAt(started) is var due && due <= Stopwatch.GetTimestamp())
        {
            var login = nextLogin();
            if (!requests.TryGetValue(login, out var own)) requests[login] = own = new PolicyRequests(login, $"{login}@truenorth.local");
            var connection = free.Pop();
            sent++;
            pending[connection] = new LoadAnswer(login, due, Stopwatch.GetTimestamp(), 0, "");
            sockets[connection].Send(own.Next());
        }
    }

    private long DueAt(long started) => started + (sent * Stopwatch.Frequency / perSecond);

    private void ReceiveWhatIsThere()
    {
        if (Libc.Poll(descriptors, Tick) < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted) throw new IOException("poll failed");
        for (var i = 0; i < descriptors.Length; i++)
        {
            if (descriptors[i].Returned != 0) Receive(i);
            else if (pending[i] is { } waiting && Stopwatch.GetElapsedTime(waiting.Sent) > Patience) throw new IOException($"no reply for {waiting.Login}");
        }
    }

    /// <summary>A reply is one line and an empty one, shorter than anything that a socket would cut.</summary>
    private void Receive(int connection)
    {
        var length = sockets[connection].Receive(reply);
        if (length == 0) throw new IOException("the server closed a connection");
        var text = Encoding.ASCII.GetString(reply, 0, length);
        if (pending[connection] is not { } asked || !text.EndsWith("\n\n", StringComparison.Ordinal)) throw new IOException($"no whole reply: {text}");
        pending[connection] = null;
        free.Push(connection);
        answered(asked with { Received = Stopwatch.GetTimestamp(), Action = text["action=".Length..^2] });
    }
}

/// <summary>One request of the load and its reply; times in ticks of <see cref="Stopwatch"/>.</summary>
/// <param name="Due">When it should have been sent.</param>
/// <param name="Action">The reply, as <c>DUNNO</c> or <c>554 5.7.1 …</c>.</param>
public sealed record LoadAnswer(string Login, long Due, long Sent, long Received, string Action)
{
    public bool IsPermitted => Action == "DUNNO";

    /// <summary>A refusal for good, which a person has earned; not the one that an outage costs.</summary>
    public bool IsRefused => Action.StartsWith('5');
}
