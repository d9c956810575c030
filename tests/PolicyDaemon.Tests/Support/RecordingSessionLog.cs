using PolicyDaemon.Wire;

namespace PolicyDaemon.Tests;

/// <summary>Remembers what sessions report.</summary>
internal sealed class RecordingSessionLog : ISessionLog
{
    public List<string> Malformed { get; } = [];

    public List<Exception> Faults { get; } = [];

    public void PeerMalformed(string protocol, string peer, string error) => Malformed.Add($"{protocol} {peer} {error}");

    public void SessionFault(string protocol, string peer, Exception exception) => Faults.Add(exception);
}
