using System.Threading.Channels;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// What a provider has said and nobody has read yet. When that is much, the connection is read no further, so that a provider that is
/// faster than we are waits, and never fills our memory.
/// </summary>
internal sealed class SyncExchange : LdapExchange
{
    /// <summary>Octets on the wire; one message may come on top. Some thousand entries of usual size.</summary>
    internal const int MaxUnreadBytes = 1024 * 1024;

    /// <summary>Once the provider had to wait, it waits until this little is left: to go on for each message would cost a change of threads for each.</summary>
    private const int ResumeBytes = MaxUnreadBytes / 2;

    private readonly Channel<(SyncMessage Message, int Octets)> messages = Channel.CreateUnbounded<(SyncMessage, int)>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private int unread;

    /// <summary>Set while the connection waits, or is about to.</summary>
    private TaskCompletionSource? room;

    internal override async ValueTask<bool> AcceptAsync(LdapMessage message, CancellationToken closing)
    {
        if (SyncReader.Read(message) is not { } said) return false;

        // Before the message can be read: who reads it then sees that the connection waits, and lets it go on.
        var waiting = Interlocked.Add(ref unread, message.Length) > MaxUnreadBytes
            ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
            : null;
        Volatile.Write(ref room, waiting);
        messages.Writer.TryWrite((said, message.Length));
        if (said is SyncEnd or SyncUnsupported)
        {
            messages.Writer.TryComplete();
            return message.Response is LdapSearchDone;
        }

        if (waiting is not null) await waiting.Task.WaitAsync(closing);
        return false;
    }

    internal override void Fail(LdapConnectionLostException cause) => messages.Writer.TryComplete(cause);

    /// <summary>The next message, in the provider's order. One caller at a time.</summary>
    /// <exception cref="LdapConnectionLostException">There is none, and there will be none: the connection is gone, or the search has ended before.</exception>
    internal async ValueTask<SyncMessage> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (message, octets) = await messages.Reader.ReadAsync(cancellationToken);
            if (Interlocked.Add(ref unread, -octets) <= ResumeBytes) Interlocked.Exchange(ref room, null)?.TrySetResult();
            return message;
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException is LdapConnectionLostException cause
                ? new LdapConnectionLostException(cause.Message, cause)
                : new LdapConnectionLostException("the search has ended");
        }
    }
}
