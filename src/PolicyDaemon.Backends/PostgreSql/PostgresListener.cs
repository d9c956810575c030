using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// Hears of changes (LISTEN) on one connection of its own to the primary, for all who keep something in memory. A connection that has become half-open
/// is found within <see cref="ProbeInterval"/> and the limit of an answer.
/// </summary>
public sealed class PostgresListener : IAsyncDisposable
{
    /// <summary>The one channel; the payload tells topics apart.</summary>
    internal const string Channel = "policydaemon";

    /// <summary>How long silence is taken for "nothing has changed" before the server is asked whether it is there.</summary>
    internal static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);

    private static readonly Backoff Reconnect = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    private readonly PostgresSource source;
    private readonly TimeProvider time;
    private readonly Action<PostgresListenerState> onChange;
    private readonly string? node;
    private readonly CancellationTokenSource closing = new();
    private IPostgresSubscriber[] subscribers = [];
    private Task following = Task.CompletedTask;
    private volatile string? cause = "not connected yet";
    private long epoch;
    private long serverStartedAt;
    private long lastHeard;

    /// <param name="onChange">Told when changes are heard of again and when they are not, and of another reason why not.</param>
    /// <param name="node">This node's name, which others shall see to be in use; null: they need not.</param>
    public PostgresListener(PostgresSource source, TimeProvider time, Action<PostgresListenerState>? onChange = null, string? node = null) =>
        (this.source, this.time, this.onChange, this.node) = (source, time, onChange ?? (static _ => { }), node);

    /// <summary>
    /// Odd while changes are heard of, even while not, and never the same again after a change. So a value read from the primary is known to be as new as
    /// the database while this is odd, and what it was before the value was asked for.
    /// </summary>
    public long Epoch => Interlocked.Read(ref epoch);

    public bool IsListening => IsOdd(Epoch);

    public PostgresListenerState State => new(IsListening, IsListening ? null : cause);

    /// <summary>
    /// <c>pg_postmaster_start_time()</c> of the server that is listened to, in microseconds since 1970: what a row was read from can be compared with it, also
    /// through a pooler that leads elsewhere. 0 before the first connection.
    /// </summary>
    public long ServerStartedAt => Interlocked.Read(ref serverStartedAt);

    /// <summary>When the server last said anything, as the clock's timestamp: until then nothing had happened unheard.</summary>
    internal long LastHeard => Interlocked.Read(ref lastHeard);

    /// <summary>To be called before <see cref="Start"/>.</summary>
    public void Subscribe(IPostgresSubscriber subscriber) => subscribers = [.. subscribers, subscriber];

    public void Start() => following = Task.Run(FollowAsync);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await closing.CancelAsync();
        }
        catch (AggregateException)
        {
            // What Npgsql does when it is cancelled may throw; see AnswerLimit. All are told nevertheless.
        }

        await following;
    }

    private async Task FollowAsync()
    {
        for (var failures = 1; !closing.IsCancellationRequested; failures++)
        {
            var before = Epoch;
            try
            {
                await ListenAsync();
            }
            catch (Exception failure)
            {
                // Whatever it was: an exception that ended this loop would leave everybody with what they know now.
                if (closing.IsCancellationRequested) return;
                if (Epoch != before) failures = 1;
                Say(PostgresCause.Describe(failure), isNew: Epoch != before);
                await PauseAsync(Reconnect.Delay(failures, Random.Shared.NextDouble()));
            }
        }
    }

    /// <summary>Ends by an exception only.</summary>
    private async Task ListenAsync()
    {
        var connection = await BoundedAsync(source.OpenListeningAsync);
        try
        {
            connection.Notification += (_, notification) => Tell(PostgresHint.Parse(notification.Payload));
            await ExecuteAsync(connection, $"LISTEN {Channel}");
            await ProbeAsync(connection);
            if (node is not null) await BoundedAsync(token => HoldNameAsync(connection, node, token));
            Begin();
            while (true)
            {
                if (!await connection.WaitAsync(ProbeInterval, closing.Token)) await ProbeAsync(connection);
                Interlocked.Exchange(ref lastHeard, time.GetTimestamp());
            }
        }
        finally
        {
            End();

            // Not waited for: to a dead server even the farewell may take its time.
            _ = Task.Run(() => connection.DisposeAsync().AsTask());
        }
    }

    private void Begin()
    {
        Interlocked.Exchange(ref lastHeard, time.GetTimestamp());
        Interlocked.Increment(ref epoch);
        foreach (var subscriber in subscribers) subscriber.OnListening();
        onChange(State);
    }

    private void End()
    {
        if (!IsListening) return;
        Interlocked.Increment(ref epoch);
        foreach (var subscriber in subscribers) subscriber.OnLost();
    }

    private void Tell(PostgresHint hint)
    {
        foreach (var subscriber in subscribers) subscriber.OnHint(hint);
    }

    private void Say(string why, bool isNew)
    {
        var isOther = isNew || !string.Equals(why, cause, StringComparison.Ordinal);
        cause = why;
        if (isOther) onChange(State);
    }

    private async Task ProbeAsync(NpgsqlConnection connection)
    {
        var answer = await BoundedAsync(async token =>
        {
            await using var question = new NpgsqlCommand(
                "SELECT pg_is_in_recovery(), (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint", connection);
            await using var row = await question.ExecuteReaderAsync(token);
            await row.ReadAsync(token);
            return (IsReplica: row.GetBoolean(0), StartedAt: row.GetInt64(1));
        });
        if (answer.IsReplica) throw new PostgresUnavailableException("the server is a replica");
        Interlocked.Exchange(ref serverStartedAt, answer.StartedAt);
    }

    private static async Task<bool> HoldNameAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await NodeNames.HoldAsync(connection, name, cancellationToken);
        return true;
    }

    private Task<int> ExecuteAsync(NpgsqlConnection connection, string statement) => BoundedAsync(async token =>
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteNonQueryAsync(token);
    });

    private async Task<T> BoundedAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        var answering = work(closing.Token);
        try
        {
            return await answering.WaitAsync(source.Options.Timeout, time, closing.Token);
        }
        catch (TimeoutException late)
        {
            _ = answering.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new PostgresUnavailableException($"no answer within {source.Options.Timeout.TotalSeconds:0.###} s", late);
        }
    }

    private async Task PauseAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, closing.Token);
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private static bool IsOdd(long number) => (number & 1) == 1;
}
