using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>One mail store.</summary>
/// <param name="Name">Its endpoint, as the configuration spells it.</param>
public sealed record LmtpBackend(string Name, Connect Connect);

/// <summary>Told when a backend stops or begins to answer, once for each change.</summary>
/// <param name="cause">Null: it answers.</param>
public delegate void BackendChanged(string backend, string? cause);

/// <summary>The mail stores in their order, with the connections to them that are kept for the next transaction.</summary>
/// <param name="backends">All of them deliver to the same mailboxes; the first that answers is used.</param>
public sealed class LmtpBackends(IReadOnlyList<LmtpBackend> backends, LmtpRules rules, BackendChanged changed, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly BackendState[] states = [.. backends.Select(backend => new BackendState(backend))];
    private ITimer? sweeper;
    private bool isDisposed;

    public LmtpRules Rules => rules;

    /// <summary>How each is now, in their order.</summary>
    public IReadOnlyList<LmtpBackendState> States
    {
        get
        {
            lock (gate) return [.. states.Select(state => new LmtpBackendState(state.Backend.Name, state.Since is null ? null : !state.IsAway, state.Since, state.Cause, state.Open, state.Idle.Count))];
        }
    }

    internal RecipientSlots Slots { get; } = new(rules.RecipientConcurrency, time);

    /// <summary>A connection that was kept, or a new one.</summary>
    /// <param name="mustBeNew">The one that was kept has just proved to be closed.</param>
    /// <exception cref="BackendException">No backend answers; of the first.</exception>
    internal async ValueTask<BackendConnection> RentAsync(bool mustBeNew = false)
    {
        BackendException? first = null;
        foreach (var state in InOrder())
        {
            if (!mustBeNew && await TakeIdleAsync(state) is { } kept) return kept;
            try
            {
                var opened = await BackendConnection.OpenAsync(state.Backend, rules, time, () => Count(state, -1));
                Count(state, 1);
                Note(state, null);
                return opened;
            }
            catch (BackendException exception)
            {
                Note(state, exception.Message);
                first ??= exception;
            }
        }

        throw first ?? new BackendException("there is no backend");
    }

    /// <summary>A backend that let us in did not answer then.</summary>
    internal void Failed(LmtpBackend backend, string cause) => Note(states.First(state => state.Backend == backend), cause);

    /// <summary>Takes back a connection whose last transaction has ended as it should.</summary>
    internal async ValueTask ReturnAsync(BackendConnection connection)
    {
        if (connection is { IsBound: false, IsQuiet: true })
        {
            connection.IsUsed = true;
            lock (gate)
            {
                var idle = states.First(state => state.Backend == connection.Backend).Idle;
                if (!isDisposed && idle.Count < LmtpLimits.MaxIdleConnections)
                {
                    idle.Push((connection, time.GetTimestamp()));
                    sweeper ??= time.CreateTimer(_ => Sweep(), null, LmtpLimits.IdleTime, LmtpLimits.IdleTime);
                    return;
                }
            }
        }

        await connection.DisposeAsync();
    }

    /// <summary>Closes what is idle; what is in use closes with its transaction.</summary>
    public async ValueTask DisposeAsync()
    {
        List<BackendConnection> closing;
        lock (gate)
        {
            isDisposed = true;
            sweeper?.Dispose();
            closing = [.. states.SelectMany(state => state.Idle).Select(idle => idle.Connection)];
            foreach (var state in states) state.Idle.Clear();
        }

        foreach (var connection in closing) await connection.DisposeAsync();
    }

    /// <summary>Those that did not answer lately are asked last.</summary>
    private BackendState[] InOrder()
    {
        if (states.Length == 1) return states;
        lock (gate) return [.. states.OrderBy(state => state.FailedAt is { } failed && time.GetElapsedTime(failed) < LmtpLimits.RestTime)];
    }

    private async ValueTask<BackendConnection?> TakeIdleAsync(BackendState state)
    {
        while (true)
        {
            BackendConnection connection;
            lock (gate)
            {
                if (!state.Idle.TryPop(out var idle)) return null;
                connection = idle.Connection;
            }

            if (connection.IsQuiet) return connection;
            await connection.DisposeAsync();
        }
    }

    private void Note(BackendState state, string? cause)
    {
        lock (gate)
        {
            state.FailedAt = cause is null ? null : time.GetTimestamp();
            state.Cause = cause ?? state.Cause;
            if (state.Since is not null && state.IsAway == cause is not null) return;
            state.Since = time.GetUtcNow();
            if (state.IsAway == cause is not null) return;
            state.IsAway = cause is not null;
        }

        changed(state.Backend.Name, cause);
    }

    private void Count(BackendState state, int change)
    {
        lock (gate) state.Open += change;
    }

    private void Sweep()
    {
        List<BackendConnection> closing = [];
        lock (gate)
        {
            foreach (var state in states)
            {
                var kept = state.Idle.Where(idle => time.GetElapsedTime(idle.Since) < LmtpLimits.IdleTime).ToList();
                closing.AddRange(state.Idle.Where(idle => !kept.Contains(idle)).Select(idle => idle.Connection));
                state.Idle.Clear();
                foreach (var idle in Enumerable.Reverse(kept)) state.Idle.Push(idle);
            }
        }

        foreach (var connection in closing) _ = connection.DisposeAsync().AsTask();
    }

    private sealed class BackendState(LmtpBackend backend)
    {
        public LmtpBackend Backend { get; } = backend;

        public Stack<(BackendConnection Connection, long Since)> Idle { get; } = new();

        public long? FailedAt { get; set; }

        public bool IsAway { get; set; }

        /// <summary>How long it has been so; null: it was not needed yet.</summary>
        public DateTimeOffset? Since { get; set; }

        /// <summary>Of the last failure.</summary>
        public string? Cause { get; set; }

        /// <summary>Connections, those that are idle included.</summary>
        public int Open { get; set; }
    }
}
