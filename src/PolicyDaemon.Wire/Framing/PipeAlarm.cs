using System.IO.Pipelines;

namespace PolicyDaemon.Wire.Framing;

/// <summary>
/// A time limit on a peer: when it is over, a read or flush that waits for the peer returns as cancelled. Costs nothing until it is
/// first set.
/// </summary>
internal sealed class PipeAlarm(IDuplexPipe transport, TimeProvider time)
{
    private ITimer? timer;
    private volatile bool isOver;

    public bool IsSet { get; private set; }

    /// <summary>The limit was reached while the alarm was set.</summary>
    public bool IsOver => IsSet && isOver;

    /// <summary>Starts the time. An alarm that is set already goes on: a peer that sends a byte now and then gains nothing.</summary>
    public void Set(TimeSpan limit)
    {
        if (IsSet) return;
        IsSet = true;
        isOver = false;
        timer ??= time.CreateTimer(static state => ((PipeAlarm)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the time anew.</summary>
    public void SetAgain(TimeSpan limit)
    {
        Clear();
        Set(limit);
    }

    public void Clear()
    {
        if (!IsSet) return;
        IsSet = false;
        timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the alarm for good, with the session that owns it.</summary>
    public void End() => timer?.Dispose();

    private void Ring()
    {
        isOver = true;
        transport.Input.CancelPendingRead();
        transport.Output.CancelPendingFlush();
    }
}
