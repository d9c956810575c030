using System.Net.Sockets;
using Npgsql;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// The servers of one connection string: asked while one answers, left alone after an outage until a probe in the background is answered.
/// So a dead server costs those their time who were asking when it died, and nobody after.
/// </summary>
/// <remarks>Which host is asked, and that a promoted replica is found, is Npgsql's work. The circuit breaker is worked by hand, as for LDAP.</remarks>
public sealed class PostgresHosts : IAsyncDisposable
{
    private static readonly Backoff ProbeFailure = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
    private static readonly Backoff ProbeRefused = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));

    private readonly string target;
    private readonly PostgresPool pool;
    private readonly TargetSessionAttributes wanted;
    private readonly TimeSpan limit;
    private readonly TimeProvider time;
    private readonly Action<PostgresState> onChange;
    private readonly CancellationTokenSource closing = new();
    private readonly CircuitBreakerManualControl breaker = new();
    private readonly CircuitBreakerStateProvider circuit = new();
    private readonly ResiliencePipeline pipeline;
    private Task probing = Task.CompletedTask;
    private volatile string? cause;
    private long answers;

    /// <summary>Even: well. Odd: away. So that what began before an outage, and fails after it, does not begin another.</summary>
    private int epoch;

    internal PostgresHosts(
        string target, PostgresPool pool, TargetSessionAttributes wanted, TimeSpan limit, TimeProvider time, Action<PostgresState> onChange)
    {
        (this.target, this.pool, this.wanted, this.limit, this.time, this.onChange) = (target, pool, wanted, limit, time, onChange);
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ManualControl = breaker, StateProvider = circuit, ShouldHandle = static _ => PredicateResult.False(),
            })
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = 1,
                Delay = TimeSpan.Zero,
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Exception is { } failure && PostgresCause.IsLostConnection(failure)),
            })
            .Build();
    }

    public PostgresState State => new(target, circuit.CircuitState != CircuitState.Closed, cause);

    /// <summary>Does some work on a connection, in at most the time that the options give one answer.</summary>
    /// <param name="work">
    /// May run twice, when a connection is lost under it; and when the call fails it may have been done all the same. So it must do no harm twice.
    /// It leaves no state in the session.
    /// </param>
    /// <exception cref="PostgresUnavailableException">No answer of use; the message says why.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var (begun, answered) = (Volatile.Read(ref epoch), Interlocked.Read(ref answers));
        try
        {
            return await pipeline.ExecuteAsync(
                static async (call, token) => await call.Hosts.AttemptAsync(call.Work, token), (Hosts: this, Work: work), cancellationToken);
        }
        catch (BrokenCircuitException open)
        {
            throw new PostgresUnavailableException($"passed over: {cause}", open);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure) when (IsOurs(failure))
        {
            var isOutage = PostgresCause.IsOutage(failure);
            var described = failure as PostgresUnavailableException
                ?? new PostgresUnavailableException(PostgresCause.Describe(failure), failure) { IsRefusedStatement = !isOutage };

            // Late, but others were answered meanwhile: then this question is slow, not the server.
            var isSlowAlone = failure is TimeoutException && Interlocked.Read(ref answers) != answered;
            if (isOutage && !isSlowAlone) await PassOverAsync(begun, failure, described.Message);
            throw described;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Volatile.Read(ref probing);
    }

    /// <summary>Npgsql does not always end in time: a connection to a silent server waits for its own limit whatever the token says. Then it is left behind.</summary>
    private async Task<T> AttemptAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var ending = new AnswerLimit(limit, time, cancellationToken);
        var answering = DoAsync(work, ending.Token);
        try
        {
            var answer = await answering.WaitAsync(ending.Token);
            Interlocked.Increment(ref answers);
            return answer;
        }
        catch (Exception failure) when (ending.IsLate && failure is OperationCanceledException or NpgsqlException { InnerException: TimeoutException })
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"no answer within {limit.TotalSeconds:0.###} s", failure);
        }
        finally
        {
            if (!answering.IsCompleted) Forget(answering);
        }
    }

    private async Task<T> DoAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var servers = pool.Current;
        try
        {
            await using var connection = await servers.OpenConnectionAsync(wanted, cancellationToken);
            return await work(connection, cancellationToken);
        }
        catch (Exception failure) when (PostgresCause.IsLostConnection(failure))
        {
            pool.Renew(servers);
            throw;
        }
    }

    private static void Forget(Task leftBehind) => _ = leftBehind.ContinueWith(
        static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private static bool IsOurs(Exception failure) =>
        failure is NpgsqlException or PostgresUnavailableException or TimeoutException or SocketException or IOException or OperationCanceledException
        or ObjectDisposedException;

    private async Task PassOverAsync(int begun, Exception failure, string described)
    {
        var wasWell = begun % 2 == 0 && Interlocked.CompareExchange(ref epoch, begun + 1, begun) == begun;
        if (!wasWell || closing.IsCancellationRequested) return;

        // What lies idle in the pool may be as dead, or lead to a server that is no primary any more.
        pool.Renew(pool.Current);
        cause = described;
        await breaker.IsolateAsync(CancellationToken.None);
        onChange(State);
        Volatile.Write(ref probing, ProbeUntilWellAsync(failure));
    }

    private async Task ProbeUntilWellAsync(Exception failure)
    {
        try
        {
            var failures = 0;
            for (var last = failure; last is not null; last = await ProbeAsync())
            {
                cause = PostgresCause.Describe(last);
                failures++;
                var delays = PostgresCause.IsRefusal(last) ? ProbeRefused : ProbeFailure;
                await Task.Delay(delays.Delay(failures, Random.Shared.NextDouble()), time, closing.Token);
            }
        }
        catch (Exception) when (closing.IsCancellationRequested)
        {
            return; // disposed; with several hosts Npgsql wraps the cancellation of a connection that was being made
        }

        cause = null;
        await breaker.CloseAsync(CancellationToken.None);
        Interlocked.Increment(ref epoch);
        onChange(State);
    }

    /// <returns>Null: a server answers.</returns>
    private async Task<Exception?> ProbeAsync()
    {
        try
        {
            await AttemptAsync(AskAsync, closing.Token);
            return null;
        }
        catch (TimeoutException late) when (!closing.IsCancellationRequested)
        {
            // The attempt goes on, and finds out which of the hosts is silent: the next one need not.
            return late;
        }
        catch (Exception failure) when (!closing.IsCancellationRequested)
        {
            // Whatever it was: an exception that ended the probing would leave the servers unused for ever.
            pool.Renew(pool.Current);
            return failure;
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT true", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
