using System.Collections.Concurrent;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>One server that is asked about passwords: a few connections, one bind at a time on each, kept from one to the next.</summary>
internal sealed class LdapBindServer : IAsyncDisposable
{
    /// <summary>Binds at once. Hashing keeps a server's processors busy, so that more would only wait there instead of here.</summary>
    internal const int MaxConnections = 8;

    private readonly LdapOptions options;
    private readonly TimeProvider time;
    private readonly LdapConnector connector;
    private readonly LdapLeftAlone rest;
    private readonly ConcurrentStack<LdapConnection> idle = [];

    /// <summary>Never disposed: who comes late must still be able to look at it.</summary>
    private readonly SemaphoreSlim turns = new(MaxConnections);

    private volatile bool isDisposed;

    internal LdapBindServer(LdapUrl url, LdapOptions options, TimeProvider time)
    {
        Url = url;
        this.options = options;
        this.time = time;
        connector = new LdapConnector(options with { BindDn = null, BindPasswordFile = null }, time);
        rest = new LdapLeftAlone(LdapBackoff.Failure, time);
    }

    internal LdapUrl Url { get; }

    /// <returns>What the server says, unless that is busy or unavailable.</returns>
    /// <exception cref="LdapConnectionException">It says nothing of use within <see cref="LdapOptions.Timeout"/>, connecting not included, or is left alone at present.</exception>
    internal async Task<LdapResult> BindAsync(LdapBindRequest request, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        rest.ThrowIfResting();
        await WithinTimeoutAsync(
            async token =>
            {
                await turns.WaitAsync(token);
                return true;
            },
            $"all {MaxConnections} connections were busy for",
            cancellationToken);
        try
        {
            return await TakeTurnAsync(request, cancellationToken);
        }
        finally
        {
            turns.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        isDisposed = true;
        for (var turn = 0; turn < MaxConnections; turn++) await turns.WaitAsync();
        while (idle.TryPop(out var kept)) await kept.DisposeAsync();
    }

    private async Task<LdapResult> TakeTurnAsync(LdapBindRequest request, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        var epoch = rest.Enter();
        try
        {
            var result = await TryAsync(request, cancellationToken);
            if (result.Code is LdapResultCode.Busy or LdapResultCode.Unavailable) throw new LdapConnectionException(result.ToString());
            rest.Succeeded();
            return result;
        }
        catch (LdapConnectionException failure)
        {
            rest.Failed(epoch, failure.Message);
            await DropIdleAsync();
            throw;
        }
    }

    /// <summary>A server that was restarted, or that closes idle connections, is asked again on the next one, at last on a new one.</summary>
    private async Task<LdapResult> TryAsync(LdapBindRequest request, CancellationToken cancellationToken)
    {
        while (idle.TryPop(out var kept))
        {
            if (!kept.IsOpen)
            {
                await kept.DisposeAsync();
                continue;
            }

            try
            {
                return await BindOnAsync(kept, request, cancellationToken);
            }
            catch (LdapConnectionLostException)
            {
                // Nothing was heard of the password.
            }
        }

        return await BindOnAsync(await connector.ConnectAsync(Url, cancellationToken), request, cancellationToken);
    }

    private async Task<LdapResult> BindOnAsync(LdapConnection connection, LdapBindRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var result = await WithinTimeoutAsync(token => connection.BindAsync(request, token), "no answer within", cancellationToken);
            idle.Push(connection);
            return result;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is wrong with one may be wrong with all of them: a firewall that forgot, a server that hangs. None is waited for.</summary>
    private async Task DropIdleAsync()
    {
        while (idle.TryPop(out var kept))
        {
            kept.Retire();
            await kept.DisposeAsync();
        }
    }

    private void ThrowIfDisposed()
    {
        if (isDisposed) throw new LdapConnectionException("not used any more");
    }

    private async Task<T> WithinTimeoutAsync<T>(Func<CancellationToken, Task<T>> work, string complaint, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LdapConnectionException($"{complaint} {options.Timeout.TotalSeconds:0.###} s", late);
        }
    }
}
