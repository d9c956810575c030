namespace PolicyDaemon.Wire.Lmtp;

/// <summary>
/// How many transactions at once have the same recipient, over all sessions. Dovecot 2.4 defers what is above its <c>lmtp_user_concurrency_limit</c> of 10; here it waits.
/// </summary>
/// <param name="limit">For one recipient.</param>
internal sealed class RecipientSlots(int limit, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Slot> taken = new(StringComparer.Ordinal);

    /// <returns>False when none is free now; true asks for one <see cref="Release"/>.</returns>
    public bool TryTake(string recipient)
    {
        var slot = Enter(recipient);
        if (slot.Free.Wait(0)) return true;
        Leave(recipient, slot);
        return false;
    }

    /// <param name="patience">How long to wait until one is free.</param>
    /// <returns>False when none became free in time; true asks for one <see cref="Release"/>.</returns>
    public async ValueTask<bool> TryTakeAsync(string recipient, TimeSpan patience)
    {
        var slot = Enter(recipient);
        using var limitReached = new CancellationTokenSource(patience, time);
        try
        {
            await slot.Free.WaitAsync(limitReached.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            Leave(recipient, slot);
            return false;
        }
    }

    public void Release(string recipient)
    {
        Slot slot;
        lock (gate) slot = taken[recipient];
        slot.Free.Release();
        Leave(recipient, slot);
    }

    private Slot Enter(string recipient)
    {
        lock (gate)
        {
            if (!taken.TryGetValue(recipient, out var slot)) taken.Add(recipient, slot = new Slot(limit));
            slot.Users++;
            return slot;
        }
    }

    private void Leave(string recipient, Slot slot)
    {
        lock (gate)
        {
            if (--slot.Users > 0) return;
            taken.Remove(recipient);
        }

        slot.Free.Dispose();
    }

    /// <summary>Those who have it or wait for it, and how many more may have it.</summary>
    private sealed class Slot(int limit)
    {
        public SemaphoreSlim Free { get; } = new(limit);

        public int Users { get; set; }
    }
}
