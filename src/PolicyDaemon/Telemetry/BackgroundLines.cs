using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace PolicyDaemon.Telemetry;

/// <summary>
/// Forms and writes log lines on a thread of its own, which sleeps while there are none; those that came meanwhile go out in one piece. A log that
/// blocks would stop mail: beyond a number that may wait, lines are dropped.
/// </summary>
/// <remarks>A queue whose reader looks again and again before it sleeps takes a tenth of the CPU when lines come one by one.</remarks>
internal sealed class BackgroundLines : ILogEventSink, IDisposable
{
    /// <summary>Written at once, in characters.</summary>
    private const int MaxPiece = 32 * 1024;

    /// <summary>How long the last lines may take at the end.</summary>
    private static readonly TimeSpan LastTime = TimeSpan.FromSeconds(5);

    private readonly ITextFormatter formatter;
    private readonly TextWriter output;
    private readonly int maxWaiting;
    private readonly object gate = new();
    private readonly StringWriter piece = new();
    private readonly Thread writer;
    private List<LogEvent> waiting = [];
    private bool isWriterAsleep;
    private bool isClosed;

    /// <param name="output">Written by one thread; flushed after each piece.</param>
    public BackgroundLines(ITextFormatter formatter, TextWriter output, int maxWaiting)
    {
        (this.formatter, this.output, this.maxWaiting) = (formatter, output, maxWaiting);
        writer = new Thread(WriteAll) { IsBackground = true, Name = "log" };
        writer.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        lock (gate)
        {
            if (isClosed || waiting.Count >= maxWaiting) return;
            waiting.Add(logEvent);
            if (isWriterAsleep) Monitor.Pulse(gate);
        }
    }

    /// <summary>What was emitted before is written when this returns, if whoever reads takes it.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.Pulse(gate);
        }

        writer.Join(LastTime);
    }

    private void WriteAll()
    {
        List<LogEvent> taken = [];
        while (TryTake(ref taken))
        {
            foreach (var logEvent in taken) Write(logEvent);
            Flush();
            taken.Clear();
        }
    }

    /// <returns>False: there will be no more.</returns>
    private bool TryTake(ref List<LogEvent> taken)
    {
        lock (gate)
        {
            while (waiting.Count == 0)
            {
                if (isClosed) return false;
                isWriterAsleep = true;
                Monitor.Wait(gate);
                isWriterAsleep = false;
            }

            (waiting, taken) = (taken, waiting);
            return true;
        }
    }

    private void Write(LogEvent logEvent)
    {
        formatter.Format(logEvent, piece);
        if (piece.GetStringBuilder().Length >= MaxPiece) Flush();
    }

    private void Flush()
    {
        try
        {
            foreach (var part in piece.GetStringBuilder().GetChunks()) output.Write(part.Span);
            output.Flush();
        }
        catch (IOException)
        {
            // Nobody reads any more; the daemon goes on without a log.
        }

        piece.GetStringBuilder().Clear();
    }
}
