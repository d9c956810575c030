using System.Net;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>A server under test.</summary>
/// <param name="ProcessId">Whose CPU time is measured, with that of its children; 0: nobody's.</param>
/// <param name="Endpoints">By transport, <c>unix</c> and <c>tcp</c>.</param>
/// <param name="Metrics">Where the daemon tells what it allocates; null for others.</param>
internal sealed record Subject(string Name, Role Role, int ProcessId, IReadOnlyDictionary<string, EndPoint> Endpoints, Uri? Metrics = null)
{
    public TimeSpan Cpu => ProcessId == 0 ? default : ProcessFamily.CpuOf(ProcessId);
}

/// <summary>What a server stands for.</summary>
internal enum Role
{
    /// <summary>A C server with epoll that answers without thinking.</summary>
    Floor,

    /// <summary>The same on the transport of the daemon.</summary>
    Handler,

    /// <summary>What others use for the same task.</summary>
    Peer,

    /// <summary>The daemon.</summary>
    Daemon,
}
