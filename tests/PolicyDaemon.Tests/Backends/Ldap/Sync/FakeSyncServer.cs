using System.Collections.Concurrent;
using System.Threading.Channels;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>A provider without a network: connections to it, and what is said on them, are a test's to decide.</summary>
internal sealed class FakeSyncServer
{
    /// <summary>Why no connection is made; null: it is.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>What it says when a search begins, by the cookie that came.</summary>
    public Func<SyncCookie?, SyncMessage[]> Refresh { get; set; } = static _ => [];

    public SyncProbe Probe { get; set; } = SyncProbe.Nothing;

    /// <summary>False: a connection stays and nothing comes over it.</summary>
    public bool AnswersProbes { get; set; } = true;

    public ConcurrentQueue<FakeSyncConnection> Connections { get; } = new();

    /// <summary>Attempts to connect, the refused ones among them.</summary>
    public int Attempts { get; private set; }

    public FakeSyncConnection Last => Connections.Last();

    public Task<ISyncConnection> ConnectAsync()
    {
        Attempts++;
        if (Refusal is { } refusal) throw refusal;
        var connection = new FakeSyncConnection(this);
        Connections.Enqueue(connection);
        return Task.FromResult<ISyncConnection>(connection);
    }
}

internal sealed class FakeSyncConnection(FakeSyncServer provider) : ISyncConnection
{
    private readonly Channel<SyncMessage> messages = Channel.CreateUnbounded<SyncMessage>();

    public bool IsStarted { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>What the search was begun with.</summary>
    public SyncCookie? Cookie { get; private set; }

    public int Probes { get; private set; }

    public void Say(params SyncMessage[] said)
    {
        foreach (var message in said) messages.Writer.TryWrite(message);
    }

    public void Break(string cause) => messages.Writer.TryComplete(new LdapConnectionLostException(cause));

    public Task<SyncProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        Probes++;
        return provider.AnswersProbes ? Task.FromResult(provider.Probe) : Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(
            _ => provider.Probe, cancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public Task StartAsync(SyncCookie? cookie, CancellationToken cancellationToken)
    {
        (IsStarted, Cookie) = (true, cookie);
        Say(provider.Refresh(cookie));
        return Task.CompletedTask;
    }

    public async ValueTask<SyncMessage> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await messages.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException!;
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
