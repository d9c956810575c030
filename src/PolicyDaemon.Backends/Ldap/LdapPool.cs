namespace PolicyDaemon.Backends.Ldap;

/// <summary>The few connections to one server, made when first needed and again when one is gone. Each carries many requests at once.</summary>
/// <param name="connect">Makes one that is ready for searches.</param>
/// <param name="size">At least one.</param>
internal sealed class LdapPool(Func<CancellationToken, Task<LdapConnection>> connect, int size) : IAsyncDisposable
{
    /// <summary>Never disposed: it holds no timer, and who comes late must still be able to look at it.</summary>
    private readonly CancellationTokenSource closing = new();

    private readonly Lock gate = new();
    private readonly Slot?[] slots = new Slot?[size];
    private int turn;

    /// <summary>Gives an open connection, the next in turn.</summary>
    /// <param name="cancellationToken">Ends the wait of this caller only: the others go on waiting for the same connection.</param>
    /// <exception cref="LdapConnectionException">It cannot be had.</exception>
    internal Task<LdapConnection> GetAsync(CancellationToken cancellationToken)
    {
        Slot slot;
        lock (gate)
        {
            turn = (turn + 1) % size;
            slot = slots[turn] is { IsUsable: true } usable ? usable : Replace(ref slots[turn]);
        }

        return slot.Connecting.WaitAsync(cancellationToken);
    }

    /// <summary>Takes the connections out of use. Whoever waits on one goes on waiting; the next to ask gets a new one.</summary>
    internal void Retire()
    {
        foreach (var slot in TakeAll()) slot.Retire();
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Task.WhenAll(TakeAll().Select(slot => slot.CloseAsync()));
    }

    private Slot Replace(ref Slot? slot)
    {
        slot?.Retire();
        return slot = new Slot(connect(closing.Token));
    }

    private List<Slot> TakeAll()
    {
        lock (gate)
        {
            List<Slot> taken = [.. slots.OfType<Slot>()];
            Array.Clear(slots);
            return taken;
        }
    }

    /// <summary>A connection, or the attempt to make one.</summary>
    private sealed class Slot
    {
        private LdapConnection? connection;
        private volatile bool isRetired;

        public Slot(Task<LdapConnection> connecting) => Connecting = NoteAsync(connecting);

        public Task<LdapConnection> Connecting { get; }

        public bool IsUsable => !Connecting.IsCompleted || connection is { IsOpen: true };

        public void Retire()
        {
            isRetired = true;
            Volatile.Read(ref connection)?.Retire();
        }

        public async Task CloseAsync()
        {
            try
            {
                await using var _ = await Connecting;
            }
            catch (Exception failure) when (failure is LdapConnectionException or OperationCanceledException)
            {
                // It never came to be.
            }
        }

        private async Task<LdapConnection> NoteAsync(Task<LdapConnection> connecting)
        {
            var made = await connecting;
            Volatile.Write(ref connection, made);
            if (isRetired) made.Retire();
            return made;
        }
    }
}
