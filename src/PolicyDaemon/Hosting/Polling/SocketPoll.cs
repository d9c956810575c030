using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Hosting.Polling;

/// <summary>
/// A thread that hears of sockets that can be read or written, and goes on with who waits for one of them. The runtime does that with two threads, the second woken by the
/// first, and on a unix socket also each time that a peer takes what we sent, when nobody waits: epoll(7) calls that writable, and the runtime always asks for it.
/// </summary>
/// <remarks>Who goes on here must not block: all sockets of this thread would wait.</remarks>
internal sealed unsafe partial class SocketPoll
{
    private const int MaxEvents = 64;
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Modify = 3;

    /// <summary>EPOLLIN, EPOLLRDHUP, EPOLLET: said once, when something has come.</summary>
    private const uint Readable = 0x1 | 0x2000 | 1u << 31;
    private const uint Writable = 0x4;
    private const uint Ended = 0x8 | 0x10;

    /// <summary>struct epoll_event is packed on x86-64, and there alone.</summary>
    private static readonly (int Size, int DataOffset) Event = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (12, 4) : (16, 8);

    private static readonly Lazy<SocketPoll[]> All = new(() => [.. Enumerable.Range(1, Environment.ProcessorCount).Select(i => new SocketPoll($"poll-{i}"))]);
    private static int turn;

    private readonly ConcurrentDictionary<int, PolledStream> sockets = new();
    private readonly int poll = CreatePoll(CloseOnExec);

    private SocketPoll(string name)
    {
        if (poll < 0) throw Failure();
        new Thread(Work) { IsBackground = true, Name = name }.UnsafeStart();
    }

    /// <summary>The threads in turn, one for each core.</summary>
    public static SocketPoll Next => All.Value[(uint)Interlocked.Increment(ref turn) % All.Value.Length];

    public void Watch(int socket, PolledStream stream)
    {
        sockets[socket] = stream;
        Control(Add, socket, Readable);
    }

    /// <param name="isWriting">Whether somebody waits until the socket can be written.</param>
    public void Watch(int socket, bool isWriting) => Control(Modify, socket, isWriting ? Readable | Writable : Readable);

    /// <summary>Before it is closed, which ends the rest.</summary>
    public void Forget(int socket) => sockets.TryRemove(socket, out _);

    private void Work()
    {
        var events = stackalloc byte[MaxEvents * Event.Size];
        while (true)
        {
            // Interrupted, it waits anew.
            var count = Wait(poll, events, MaxEvents, -1);
            for (var i = 0; i < count; i++)
            {
                var one = events + (i * Event.Size);
                var mask = *(uint*)one;
                if (sockets.TryGetValue(*(int*)(one + Event.DataOffset), out var stream)) stream.Continue((mask & (Readable | Ended)) != 0, (mask & (Writable | Ended)) != 0);
            }
        }
    }

    private void Control(int operation, int socket, uint events)
    {
        var one = stackalloc byte[Event.Size];
        new Span<byte>(one, Event.Size).Clear();
        *(uint*)one = events;
        *(int*)(one + Event.DataOffset) = socket;
        if (Control(poll, operation, socket, one) < 0) throw Failure();
    }

    private static IOException Failure() => new("epoll", new SocketException(Marshal.GetLastPInvokeError()));

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreatePoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int poll, int operation, int socket, byte* events);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int Wait(int poll, byte* events, int count, int milliseconds);
}
