using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>
/// One server: asked while it answers, passed over after a failure until a probe in the background finds it well again.
/// </summary>
/// <remarks>
/// The circuit breaker is worked by hand. Left to itself it needs two failures to open, and then lets a waiting mail find out
/// whether the server is back: with a hung server each of these would cost a second of somebody's time.
/// </remarks>
internal sealed class LdapServer : IAsyncDisposable
{
    private readonly LdapOptions options;
    private readonly TimeProvider time;
    private readonly Action<LdapServerState> onChange;
    private readonly LdapPool pool;

    /// <summary>Never disposed: it holds no timer, and who comes late must still be able to look at it.</summary>
    private readonly CancellationTokenSource closing = new();

    private readonly CircuitBreakerManualControl breaker = new();
    private readonly CircuitBreakerStateProvider circuit = new();
    private readonly ResiliencePipeline pipeline;
    private Task probing = Task.CompletedTask;
    private volatile string? cause;
    private volatile int failures;

    /// <summary>Even: well. Odd: passed over. So that what began before an outage, and fails after it, does not begin another.</summary>
    private int epoch;

    internal LdapServer(LdapUrl url, LdapOptions options, TimeProvider time, Action<LdapServerState> onChange)
    {
        Url = url;
        this.options = options;
        this.time = time;
        this.onChange = onChange;
        var connector = new LdapConnector(options, time);
        pool = new LdapPool(token => connector.ConnectAsync(url, token), options.Connections);
        pipeline = BuildPipeline();
    }

    internal LdapUrl Url { get; }

    internal LdapServerState State => new(Url, circuit.CircuitState != CircuitState.Closed, cause);

    /// <returns>What the server said, success or not.</returns>
    /// <exception cref="LdapConnectionException">It said nothing of use; the message says why. Other servers may.</exception>
    internal async Task<LdapSearchResult> SearchAsync(LdapSearchRequest request, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(request, Volatile.Read(ref epoch));
        try
        {
            var found = await pipeline.ExecuteAsync(
                static async (work, token) => await work.Server.TryAsync(work.Attempt, token), (Server: this, Attempt: attempt), cancellationToken);
            failures = 0;
            return found;
        }
        catch (BrokenCircuitException)
        {
            throw new LdapConnectionException($"passed over: {cause}");
        }
        catch (TimeoutRejectedException late)
        {
            var failure = new LdapConnectionException($"no answer within {options.Timeout.TotalSeconds:0.###} s", late);

            // Others were answered meanwhile: then this question is slow, not the server.
            if (!attempt.HasHeardSomething) await PassOverAsync(attempt, failure);
            throw failure;
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LdapConnectionException("not used any more");
        }
        catch (LdapConnectionException failure)
        {
            await PassOverAsync(attempt, failure);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Volatile.Read(ref probing);
        await pool.DisposeAsync();
    }

    private ResiliencePipeline BuildPipeline() => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ManualControl = breaker,
            StateProvider = circuit,
            ShouldHandle = static _ => PredicateResult.False(),
        })
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 1,
            Delay = TimeSpan.Zero,
            ShouldHandle = new PredicateBuilder().Handle<LdapConnectionLostException>(),
        })
        .AddTimeout(options.Timeout)
        .Build();

    private async Task<LdapSearchResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var connection = await pool.GetAsync(cancellationToken);
        attempt.Use(connection);
        var found = await connection.SearchAsync(attempt.Request, cancellationToken);
        return found.Result.Code is LdapResultCode.Busy or LdapResultCode.Unavailable
            ? throw new LdapConnectionException(found.Result.ToString())
            : found;
    }

    private async Task PassOverAsync(Attempt attempt, LdapConnectionException failure)
    {
        var wasWell = attempt.Epoch % 2 == 0 && Interlocked.CompareExchange(ref epoch, attempt.Epoch + 1, attempt.Epoch) == attempt.Epoch;
        if (!wasWell || closing.IsCancellationRequested) return;

        cause = failure.Message;
        await breaker.IsolateAsync(CancellationToken.None);
        onChange(State);
        Volatile.Write(ref probing, ProbeUntilWellAsync(failure));
    }

    private async Task ProbeUntilWellAsync(LdapConnectionException failure)
    {
        try
        {
            for (var last = failure; last is not null; last = await ProbeAsync())
            {
                cause = last.Message;
                failures++;
                var delays = last is LdapBindException ? LdapBackoff.RefusedBind : LdapBackoff.Failure;
                await Task.Delay(delays.Delay(failures, Random.Shared.NextDouble()), time, closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return; // disposed
        }

        cause = null;
        await breaker.CloseAsync(CancellationToken.None);
        Interlocked.Increment(ref epoch);
        onChange(State);
    }

    /// <summary>Asks for the base entry, on a new connection: an old one may be all that is wrong.</summary>
    /// <returns>Null: the server is well.</returns>
    private async Task<LdapConnectionException?> ProbeAsync()
    {
        var patience = options.ConnectTimeout + options.Timeout;
        using var limit = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing.Token);
        try
        {
            pool.Retire();
            await TryAsync(new Attempt(LdapSearchRequest.ForBase(options), Epoch: 1), both.Token);
            return null;
        }
        catch (LdapConnectionException failure)
        {
            return failure;
        }
        catch (OperationCanceledException late) when (!closing.IsCancellationRequested)
        {
            return new LdapConnectionException($"no answer within {patience.TotalSeconds:0.###} s", late);
        }
    }

    /// <summary>One question, and what is needed to judge the server by how it ended.</summary>
    private sealed record Attempt(LdapSearchRequest Request, int Epoch)
    {
        private LdapConnection? connection;
        private long heardBefore;

        /// <summary>Whether the server has answered anything at all since the question was sent.</summary>
        public bool HasHeardSomething => connection is { } used && used.Received > heardBefore;

        public void Use(LdapConnection chosen)
        {
            heardBefore = chosen.Received;
            connection = chosen;
        }
    }
}
