namespace PolicyDaemon.Backends.Ldap;

/// <summary>A request that was sent, and what has come for it so far.</summary>
internal abstract class LdapExchange
{
    /// <summary>False where a server cannot be told to forget the request (RFC 4511 section 4.11).</summary>
    internal virtual bool CanBeAbandoned => true;

    /// <summary>
    /// Takes one message. Called by the connection's only reader, one after the other: while it waits, nothing more is read from the
    /// connection, so only an exchange that has one to itself may wait.
    /// </summary>
    /// <param name="closing">The connection ends.</param>
    /// <returns>True after the last message of the exchange.</returns>
    /// <exception cref="LdapProtocolException">This does not answer the request.</exception>
    internal abstract ValueTask<bool> AcceptAsync(LdapMessage message, CancellationToken closing);

    /// <summary>No more messages will come.</summary>
    internal abstract void Fail(LdapConnectionLostException cause);

    private protected static LdapProtocolException Unexpected(LdapMessage message) =>
        new($"{message.Response.GetType().Name} does not answer what was asked");
}

/// <summary>An exchange that ends in one value.</summary>
internal abstract class LdapExchange<T> : LdapExchange
{
    // Continuations elsewhere: a caller's code must not run on, and so hold up, the reader of the connection.
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<T> Completion => completion.Task;

    internal sealed override ValueTask<bool> AcceptAsync(LdapMessage message, CancellationToken closing) => ValueTask.FromResult(Accept(message));

    internal sealed override void Fail(LdapConnectionLostException cause) => completion.TrySetException(cause);

    /// <summary>Takes one message, without waiting for anything.</summary>
    /// <returns>True after the last one.</returns>
    private protected abstract bool Accept(LdapMessage message);

    private protected bool Complete(T value)
    {
        completion.TrySetResult(value);
        return true;
    }
}

/// <summary>One request, one result.</summary>
internal sealed class LdapBindExchange : LdapExchange<LdapResult>
{
    internal override bool CanBeAbandoned => false;

    private protected override bool Accept(LdapMessage message) =>
        message.Response is LdapBindResponse bind ? Complete(bind.Result) : throw Unexpected(message);
}

/// <summary>A search whose entries are few enough to be kept until it ends.</summary>
/// <param name="sizeLimit">Entries kept; of more, the result says sizeLimitExceeded although the server may not. 0: <see cref="MaxEntries"/>.</param>
internal sealed class LdapSearchExchange(int sizeLimit) : LdapExchange<LdapSearchResult>
{
    internal const int MaxEntries = 10_000;

    /// <summary>All entries of one search together.</summary>
    internal const int MaxResultBytes = 4 * LdapFraming.MaxMessageBytes;

    private readonly int limit = sizeLimit > 0 ? sizeLimit : MaxEntries;
    private readonly List<LdapEntry> entries = [];
    private int length;
    private bool isCut;

    private protected override bool Accept(LdapMessage message)
    {
        switch (message.Response)
        {
            case LdapSearchEntry found:
                Add(found.Entry, message.Length);
                return false;
            case LdapSearchReference or LdapIntermediateResponse:
                return false;
            case LdapSearchDone done:
                var cut = new LdapResult(LdapResultCode.SizeLimitExceeded, "the server returned more than was asked for");
                return Complete(new LdapSearchResult(isCut && done.Result.Code == LdapResultCode.Success ? cut : done.Result, entries) { Controls = message.Controls });
            default:
                throw Unexpected(message);
        }
    }

    private void Add(LdapEntry entry, int octets)
    {
        length += octets;
        if (length > MaxResultBytes) throw new LdapProtocolException($"a search result of more than {MaxResultBytes} octets");
        isCut |= entries.Count == limit;
        if (!isCut) entries.Add(entry);
    }
}

/// <param name="Entries">Complete only when <paramref name="Result"/> is success.</param>
internal sealed record LdapSearchResult(LdapResult Result, IReadOnlyList<LdapEntry> Entries)
{
    /// <summary>Those of the last message.</summary>
    public IReadOnlyList<LdapControl> Controls { get; init; } = [];
}
