using System.IO.Pipelines;

namespace PolicyDaemon.Tests;

/// <summary>
/// A connection without a network. Everything runs inline: when a write returns, the session at the other end has done all that it can do
/// with it, so a test needs to wait for nothing.
/// </summary>
internal sealed class PipePair
{
    /// <param name="pauseBytes">Unread bytes in one direction at which its writer has to wait.</param>
    public PipePair(int pauseBytes = 1 << 20)
    {
        PipeOptions options = new(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: pauseBytes,
            resumeWriterThreshold: pauseBytes / 2,
            useSynchronizationContext: false);
        Pipe toSession = new(options);
        Pipe toPeer = new(options);
        Session = new End(toSession.Reader, toPeer.Writer);
        Peer = new End(toPeer.Reader, toSession.Writer);
    }

    public IDuplexPipe Session { get; }

    public IDuplexPipe Peer { get; }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
