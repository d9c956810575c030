namespace PolicyDaemon.Http.Peers;

/// <summary>A program that this node works with, and how to find out whether it works. Two that are equal are the same program at the same place.</summary>
internal interface IPeer
{
    /// <summary>The last part of the path: one of <see cref="PeerNames"/>.</summary>
    string Name { get; }

    /// <summary>Has a conversation with it, from the first octet to a farewell, that changes nothing there.</summary>
    /// <exception cref="IOException">It is not there, or did not answer as it must; the message says what it did, in one sentence.</exception>
    /// <exception cref="OperationCanceledException">The token, which is also the time limit.</exception>
    Task<PeerFinding> TalkAsync(CancellationToken cancellationToken);
}
