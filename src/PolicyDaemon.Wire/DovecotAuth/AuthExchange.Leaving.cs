namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>How a connection ends when the daemon stops.</summary>
internal sealed partial class AuthExchange<TCommand>
{
    private volatile bool isLeaving;
    private bool isInputEnded;
    private long leavingSince;

    private void Leave()
    {
        leavingSince = time.GetTimestamp();
        isLeaving = true;
        transport.Input.CancelPendingRead();
    }

    /// <returns>Whether nothing more is to be read.</returns>
    private bool HasLeft()
    {
        var elapsed = time.GetElapsedTime(leavingSince);
        if (elapsed >= AuthLimits.DrainTime) return true;
        var isLast = elapsed >= AuthLimits.LastRequestTime;
        var isQuiet = quiet.IsOver && !codec.HasPart && (IsGreeted || isLast);
        if (endInput is null) return isQuiet && inHand.IsEmpty;
        if (isInputEnded || !(isQuiet || isLast)) return false;

        // What came at the last moment is read next, and behind it the end.
        isInputEnded = true;
        endInput();
        return false;
    }

    /// <summary>All that was asked is answered.</summary>
    private async ValueTask FinishAsync()
    {
        var left = AuthLimits.DrainTime - time.GetElapsedTime(leavingSince);
        if (inHand.IsEmpty || left <= TimeSpan.Zero) return;
        using var waited = new CancellationTokenSource();
        await Task.WhenAny(Task.WhenAll(inHand.Values.Select(work => work.Ended)), Task.Delay(left, time, waited.Token));
        await waited.CancelAsync();
    }
}
