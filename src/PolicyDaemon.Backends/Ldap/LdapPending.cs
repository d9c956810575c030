namespace PolicyDaemon.Backends.Ldap;

/// <summary>The requests of one connection that have no last answer yet, and whether there may be more of them.</summary>
internal sealed class LdapPending
{
    /// <summary>Ids are not used twice, and end at 2^31 - 1 (RFC 4511 section 4.1.1.1): long before, the connection is replaced.</summary>
    private const int MaxRequests = 1_000_000_000;

    private readonly Lock gate = new();
    private readonly Dictionary<int, LdapExchange> exchanges = [];
    private LdapConnectionLostException? closed;
    private bool isRetired;
    private int lastId;

    /// <summary>False once no more requests are taken.</summary>
    internal bool IsOpen
    {
        get
        {
            lock (gate) return closed is null && !isRetired && lastId < MaxRequests;
        }
    }

    /// <summary>An id for a request that has no answer (unbind, abandon).</summary>
    internal int NextId()
    {
        lock (gate) return ++lastId;
    }

    /// <returns>The message id of the request.</returns>
    /// <exception cref="LdapConnectionLostException">The connection takes no more.</exception>
    internal int Add(LdapExchange exchange)
    {
        lock (gate)
        {
            if (closed is { } cause) throw new LdapConnectionLostException(cause.Message, cause);
            if (isRetired || lastId >= MaxRequests) throw Replaced();
            exchanges.Add(++lastId, exchange);
            return lastId;
        }
    }

    internal LdapExchange? Find(int id)
    {
        lock (gate) return exchanges.GetValueOrDefault(id);
    }

    /// <summary>Whether a request with this id was ever made; its answer may come after it was abandoned.</summary>
    internal bool WasMade(int id)
    {
        lock (gate) return id <= lastId;
    }

    /// <param name="isLast">Nothing is pending any more, and nothing will be.</param>
    /// <returns>False when it was not pending.</returns>
    internal bool Remove(int id, out bool isLast)
    {
        lock (gate)
        {
            var wasPending = exchanges.Remove(id);
            isLast = isRetired && exchanges.Count == 0;
            return wasPending;
        }
    }

    /// <summary>From now on nothing more is taken.</summary>
    /// <returns>True when nothing is pending either.</returns>
    internal bool Retire()
    {
        lock (gate)
        {
            isRetired = true;
            return exchanges.Count == 0;
        }
    }

    /// <summary>Ends all that is pending, and every later request, for the first cause given.</summary>
    /// <returns>False when it had ended before.</returns>
    internal bool Close(LdapConnectionLostException cause)
    {
        LdapExchange[] orphans;
        lock (gate)
        {
            if (closed is not null) return false;
            closed = cause;
            orphans = [.. exchanges.Values];
            exchanges.Clear();
        }

        // Each gets an exception of its own: one instance thrown at many places at once would mix up their stacks.
        foreach (var orphan in orphans) orphan.Fail(new LdapConnectionLostException(cause.Message, cause));
        return true;
    }

    internal static LdapConnectionLostException Replaced() => new("the connection is being replaced");
}
