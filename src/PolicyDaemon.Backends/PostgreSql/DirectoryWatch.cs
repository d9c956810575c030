using System.Globalization;
using Dapper;
using Npgsql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// Decides when answers may be kept: while changes are heard of, which is tried out and not believed, and only answers from tables of which
/// every change is announced.
/// </summary>
/// <remarks>
/// A pooler takes LISTEN and never delivers; a trigger may be missing or be switched off. Both are looked for when listening begins and again
/// every <see cref="Interval"/>.
/// </remarks>
internal sealed class DirectoryWatch : IPostgresSubscriber, IAsyncDisposable
{
    /// <summary>How often it is tried out again.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private const string Topic = "directory";
    private const string ProbeTopic = "probe";

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    private readonly PostgresSource source;
    private readonly PostgresListener listener;
    private readonly DirectoryStatements statements;
    private readonly DirectoryCache cache;
    private readonly Action<PostgresCacheState> onChange;
    private readonly Action<IReadOnlyList<string>> onChanged;
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim due = new(0);
    private readonly Task verifying;
    private volatile PostgresCacheState state = new(IsKeeping: false, "not listening yet");
    private volatile Probe? probe;

    /// <param name="onChange">Told when answers are kept, when not and why; must not block.</param>
    /// <param name="onChanged">Told what is said to have changed, by name; must not block.</param>
    public DirectoryWatch(
        PostgresSource source,
        PostgresListener listener,
        DirectoryStatements statements,
        DirectoryCache cache,
        Action<PostgresCacheState> onChange,
        Action<IReadOnlyList<string>> onChanged)
    {
        (this.source, this.listener, this.statements, this.cache) = (source, listener, statements, cache);
        (this.onChange, this.onChanged) = (onChange, onChanged);
        listener.Subscribe(this);
        verifying = Task.Run(VerifyAgainAndAgainAsync);
    }

    public PostgresCacheState State => state;

    public void OnListening() => due.Release();

    public void OnHint(PostgresHint hint)
    {
        if (hint.Topic == ProbeTopic && probe is { } waiting && hint.Keys is [var key] && key == waiting.Key) waiting.Arrived.TrySetResult();
        if (hint.Topic != Topic) return;
        if (hint.Keys.Count == 0)
        {
            cache.ForgetAll();
            return;
        }

        var keys = hint.Keys.Select(AddressNormalizer.NormalizeLogin).ToList();
        cache.Forget(keys);
        onChanged(keys);
    }

    public void OnLost()
    {
        cache.Close();
        Say("changes are not heard of");
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await verifying;
        due.Dispose();
        closing.Dispose();
    }

    private async Task VerifyAgainAndAgainAsync()
    {
        try
        {
            while (true)
            {
                await WaitAsync(listener.IsListening && state.Cause is not null ? AfterFailure : Interval);
                if (listener.IsListening) await VerifyAsync();
            }
        }
        catch (OperationCanceledException)
        {
            cache.Close();
        }
    }

    private async Task WaitAsync(TimeSpan longest)
    {
        using var timer = new CancellationTokenSource(longest, source.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, closing.Token);
        try
        {
            await due.WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!closing.IsCancellationRequested)
        {
            // It is time.
        }
    }

    private async Task VerifyAsync()
    {
        var epoch = listener.Epoch;
        try
        {
            if (!await ArrivesAsync())
            {
                cache.Close();
                Say("notifications do not arrive: is there a pooler between us and the server? Then listenConnectionString must lead past it");
                return;
            }

            var unwatched = await source.Primary.RunAsync(FindUnwatchedAsync, closing.Token);
            cache.Open(listener.ServerStartedAt, unwatched.Where(each => each.Value.Count == 0).Select(each => each.Key).ToHashSet());

            // Had listening ended meanwhile, its end had found nothing to close.
            if (listener.Epoch != epoch) cache.Close();
            var tables = unwatched.Values.SelectMany(names => names).Distinct(StringComparer.Ordinal).ToList();
            Say(tables.Count == 0 ? null : $"changes are not announced of {string.Join(", ", tables)}; see policydaemon.watch");
        }
        catch (PostgresUnavailableException exception)
        {
            cache.Close();
            Say(exception.Message);
        }
    }

    /// <summary>Sends a notification by another connection and waits for it.</summary>
    private async Task<bool> ArrivesAsync()
    {
        var sent = probe = new Probe(Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture), new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await source.Primary.RunAsync((connection, _) => SendAsync(connection, $"{ProbeTopic}\n{sent.Key}"), closing.Token);
            await sent.Arrived.Task.WaitAsync(source.Options.Timeout, source.Time, closing.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            probe = null;
        }
    }

    private static Task<int> SendAsync(NpgsqlConnection connection, string payload) =>
        connection.ExecuteAsync($"SELECT pg_notify('{PostgresListener.Channel}', @payload)", new { payload });

    private async Task<IReadOnlyDictionary<Question, IReadOnlyList<string>>> FindUnwatchedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var unwatched = new Dictionary<Question, IReadOnlyList<string>>();
        foreach (var (question, statement) in statements.All) unwatched[question] = await WatchedTables.FindUnwatchedAsync(connection, statement);
        return unwatched;
    }

    private void Say(string? cause)
    {
        if (state.Cause == cause) return;
        state = new(cache.IsOpen, cause);
        onChange(state);
    }

    private sealed record Probe(string Key, TaskCompletionSource Arrived);
}
