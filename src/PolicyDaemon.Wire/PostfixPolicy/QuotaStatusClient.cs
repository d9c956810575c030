using System.Collections.Concurrent;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>
/// Asks Dovecot's <c>quota-status</c> service how full a mailbox is. Keeps a few connections, one question at a time on each: Dovecot
/// serves every connection with a process of its own.
/// </summary>
/// <param name="timeout">For one question, waiting for a free connection included. Then the answer is Unavailable.</param>
public sealed class QuotaStatusClient(Connect connect, TimeSpan timeout, TimeProvider time) : IMailboxQuota, IAsyncDisposable
{
    internal const int MaxConnections = 4;

    private readonly SemaphoreSlim slots = new(MaxConnections);
    private readonly ConcurrentStack<IPipeConnection> idle = new();
    private volatile bool isDisposed;

    public async ValueTask<Lookup<QuotaState>> FindQuotaAsync(EmailAddress recipient, long size, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await slots.WaitAsync(either.Token);
            try
            {
                return QuotaStatusMapping.ToLookup(await AskAsync(recipient.Text, size, either.Token));
            }
            finally
            {
                slots.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return QuotaStatusMapping.Unavailable($"no answer within {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return QuotaStatusMapping.Unavailable(exception.Message);
        }
    }

    /// <summary>Closes what is idle; what is in use closes with its question, which still gets its answer.</summary>
    public ValueTask DisposeAsync()
    {
        isDisposed = true;
        return CloseIdleAsync();
    }

    /// <summary>A kept connection may have been closed by Dovecot meanwhile: the question harms nobody, so it is put again on the next.</summary>
    private async ValueTask<string> AskAsync(string recipient, long size, CancellationToken cancellationToken)
    {
        while (idle.TryPop(out var kept))
        {
            if (await AskAsync(kept, recipient, size, cancellationToken) is { } action) return action;
        }

        var fresh = await connect(cancellationToken);
        return await AskAsync(fresh, recipient, size, cancellationToken) ?? throw new IOException("connection closed without an answer");
    }

    /// <returns>Null when the connection ended before the answer. A connection that did not give exactly one answer is not used again.</returns>
    private async ValueTask<string?> AskAsync(IPipeConnection connection, string recipient, long size, CancellationToken cancellationToken)
    {
        var isClean = false;
        try
        {
            QuotaStatusCodec.WriteRequest(connection.Output, recipient, size);
            await connection.Output.FlushAsync(cancellationToken);
            (var action, isClean) = await ReceiveAsync(connection, cancellationToken);
            return action;
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            if (isClean) idle.Push(connection);
            else await connection.DisposeAsync();
            if (isDisposed) await CloseIdleAsync();
        }
    }

    private async ValueTask CloseIdleAsync()
    {
        while (idle.TryPop(out var connection)) await connection.DisposeAsync();
    }

    private static async ValueTask<(string? Action, bool IsClean)> ReceiveAsync(IPipeConnection connection, CancellationToken cancellationToken)
    {
        QuotaStatusCodec codec = new();
        while (true)
        {
            var read = await connection.Input.ReadAsync(cancellationToken);
            var input = read.Buffer;
            var action = codec.Read(ref input);
            var isClean = input.IsEmpty && !read.IsCompleted;
            connection.Input.AdvanceTo(read.Buffer.End);
            if (action is not null || read.IsCompleted) return (action, isClean && action is not null);
        }
    }
}
