namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Follows one provider on one connection, until either ends.</summary>
internal sealed class SyncSession(ISyncConnection connection, string url, SyncFollowed followed, LdapOptions options, TimeProvider time)
{
    /// <summary>Between the answer to a probe and the next one.</summary>
    internal static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(10);

    /// <summary>Without an answer, and without anything else, for this long, the connection is dead.</summary>
    internal static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A provider that breaks off sooner than this after its refresh is not followed again at once.</summary>
    internal static readonly TimeSpan WellAfter = TimeSpan.FromSeconds(1);

    /// <summary>A provider that is behind is left after this long to see whether a better one is back.</summary>
    internal static readonly TimeSpan LookElsewhereAfter = TimeSpan.FromMinutes(5);

    /// <summary>
    /// This long after a search was resumed, everything is read once: a server that crashed may have forgotten that its last changes were
    /// deletions, and takes a cookie from after them for one that knows of them (slapd 2.5, slapo-syncprov(5), "syncprov-checkpoint").
    /// </summary>
    internal static readonly TimeSpan ReadAllAfter = TimeSpan.FromMinutes(1);

    private readonly SyncReplica replica = followed.Replica;
    private readonly SyncLag lag = new(time);
    private SyncAcceptance? accepting;
    private Guid? baseId;
    private bool isResumed;
    private long started;
    private long refreshedAt;
    private long messages;
    private volatile bool isRefreshed;

    /// <summary>Asks how far the provider is, before anything else.</summary>
    /// <exception cref="LdapConnectionException">No answer.</exception>
    internal async Task<SyncProbe> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ProbeTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await connection.ProbeAsync(both.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LdapConnectionException($"no answer within {ProbeTimeout.TotalSeconds:0} s", late);
        }
    }

    /// <param name="seen">What the provider said of itself just before.</param>
    /// <param name="cookie">How far we are; null: everything is wanted.</param>
    /// <param name="acceptance">Set: what the provider says counts whole.</param>
    /// <exception cref="LdapConnectionException">The connection is gone before anything was applied.</exception>
    internal async Task<SyncEnding> FollowAsync(SyncProbe seen, SyncCookie? cookie, SyncAcceptance? acceptance, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        started = time.GetTimestamp();
        (accepting, baseId, isResumed) = (acceptance, seen.Id, cookie is not null);
        replica.Begin(url, seen.Changes, cookie, acceptance is not null);
        await connection.StartAsync(cookie, over.Token);

        var reading = ReadAsync(over.Token);
        var probing = ProbeAsync(over.Token);
        var first = await Task.WhenAny(reading, probing);
        await over.CancelAsync();
        Task both = Task.WhenAll(reading, probing);
        await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var ending = await first;
        return ending with { WasFollowed = isRefreshed, WasWell = isRefreshed && time.GetElapsedTime(refreshedAt) >= WellAfter };
    }

    private async Task<SyncEnding> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var message = await connection.ReadAsync(cancellationToken);
                Interlocked.Increment(ref messages);
                if (message is SyncEnd end) return SyncResultCodes.Judge(end.Result, options);
                if (message is SyncUnsupported) return SyncResultCodes.Unsupported("the server answers the search without the Sync State control");
                if (Apply(message) == SyncStep.CaughtUp) return new SyncEnding(SyncEndingKind.RefreshRequired, "the provider has reached us");
            }
        }
        catch (LdapConnectionException gone)
        {
            return new SyncEnding(SyncEndingKind.Lost, gone.Message);
        }
        catch (LdapProtocolException malformed)
        {
            return new SyncEnding(SyncEndingKind.Failed, $"the server sent {malformed.Message}");
        }
    }

    private SyncStep Apply(SyncMessage message)
    {
        var step = replica.Apply(message);
        if (step == SyncStep.Refreshed)
        {
            refreshedAt = time.GetTimestamp();
            isRefreshed = true;
            followed.Refreshed(url, time.GetElapsedTime(started));
            accepting?.Answer(true);
        }

        // What was sent in a refresh counts only when the refresh is over: until then nobody has confirmed the view.
        if (isRefreshed) followed.Heard();
        return step;
    }

    private async Task<SyncEnding> ProbeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(lag.IsAwaiting ? ProbeTimeout : ProbeEvery, time, cancellationToken);
            var before = Interlocked.Read(ref messages);
            try
            {
                var seen = await AskAsync(cancellationToken);

                // slapd 2.5 then tells nothing of what is added below it.
                if (seen.Id is not null && baseId is not null && seen.Id != baseId)
                    return new SyncEnding(SyncEndingKind.RefreshRequired, "the base was removed and made anew");
                Look(seen.Changes);
            }
            catch (LdapConnectionException silent)
            {
                // A provider that is busy with a long refresh may answer late; one that says something is there.
                if (Interlocked.Read(ref messages) == before) return new SyncEnding(SyncEndingKind.Lost, silent.Message);
            }

            if (isResumed && isRefreshed && time.GetElapsedTime(refreshedAt) >= ReadAllAfter)
                return new SyncEnding(SyncEndingKind.RefreshRequired, "what was resumed is read once more, whole");
            if (lag.Behind > SyncLag.Limit) return SyncEnding.Again("changes did not come any more");
            if (options.Urls.Count > 1 && isRefreshed && replica.Picture.IsProviderBehind && time.GetElapsedTime(refreshedAt) >= LookElsewhereAfter)
                return SyncEnding.Again("the provider is behind; another one may know more");
        }
    }

    private void Look(SyncCookie? seen)
    {
        if (!isRefreshed) return;
        lag.Look(seen, replica.Picture.Cookie);
        if (lag.Behind == TimeSpan.Zero) followed.Heard();
        followed.Lags(url, lag.Behind > TimeSpan.Zero ? "the provider has changes that did not arrive" : null);
    }
}
