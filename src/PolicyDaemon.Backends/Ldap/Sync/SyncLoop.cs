namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// Follows one of the providers, for ever: the first in the configured order that can be followed and knows what we know; when it is gone,
/// again. Never more than one connection.
/// </summary>
internal sealed class SyncLoop
{
    /// <summary>To be followed again at once more often than this means that something goes round in circles.</summary>
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>A server that restarts is away for less; nobody needs to hear of it.</summary>
    private static readonly TimeSpan ReportAfter = TimeSpan.FromSeconds(2);

    private readonly LdapOptions options;
    private readonly Func<LdapUrl, CancellationToken, Task<ISyncConnection>> connect;
    private readonly SyncFollowed followed;
    private readonly TimeProvider time;
    private readonly SyncAttempts[] providers;
    private readonly SyncReplica replica;
    private long? startedAgain;
    private long? failingSince;

    /// <param name="connect">Makes a connection that is ready for a search; throws <see cref="LdapConnectionException"/>.</param>
    /// <param name="chance">From 0 to 1, for pauses that differ between nodes.</param>
    internal SyncLoop(
        LdapOptions options, Func<LdapUrl, CancellationToken, Task<ISyncConnection>> connect, SyncFollowed followed, TimeProvider time, Func<double> chance)
    {
        this.options = options;
        this.connect = connect;
        this.followed = followed;
        this.time = time;
        replica = followed.Replica;
        providers = [.. options.Urls.Select(url => new SyncAttempts(url, time, chance))];
    }

    internal SyncAcceptance Acceptance { get; } = new();

    /// <summary>Ends only when it is cancelled, whatever happens.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception mistake)
            {
                // Ours. The view goes on answering and grows old, everybody hears why, and the next refresh names everything.
                replica.Doubt();
                foreach (var provider in providers) provider.Failed(new SyncEnding(SyncEndingKind.Failed, $"a mistake in this program: {mistake.Message}"));
                Fail(providers);
            }
        }
    }

    /// <summary>Tries the providers that are due, in order, until one was followed; waits when none could be.</summary>
    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        Acceptance.Begin();
        var isAsked = Acceptance.IsAsked;
        var tried = new List<SyncAttempts>();
        foreach (var provider in InOrder(isAsked))
        {
            if (await TryAsync(provider, isForced: false, isAsked, cancellationToken)) return;
            tried.Add(provider);
        }

        // All the others are away: one that knows less than we do is better than none, and takes nothing away that it has not seen.
        var behind = Array.Find(providers, provider => provider.Ending?.Kind == SyncEndingKind.Behind);
        var isLast = behind is not null && providers.All(provider => provider.Ending is { WasFollowed: false });
        if (isLast && await TryAsync(behind!, isForced: true, isAsked, cancellationToken)) return;
        if (isAsked) Acceptance.Answer(false);
        if (tried.Count > 0) Fail(tried);
        await PauseAsync(cancellationToken);
    }

    private IEnumerable<SyncAttempts> InOrder(bool isAsked)
    {
        // What an administrator accepts is what the provider has that is followed now.
        if (isAsked) return providers.OrderBy(provider => provider.Url.Text == followed.Condition.Provider ? 0 : 1);
        return providers.Where(provider => provider.DueIn <= TimeSpan.Zero);
    }

    /// <returns>Whether the next round is to begin at once.</returns>
    private async Task<bool> TryAsync(SyncAttempts provider, bool isForced, bool isAccepted, CancellationToken cancellationToken)
    {
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Acceptance.Asked, cancellationToken);
        SyncEnding ending;
        try
        {
            ending = await FollowAsync(provider.Url, isForced, isAccepted, interrupt.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ending = SyncEnding.Again("an administrator accepts what the provider has") with { WasWell = true };
        }
        catch (LdapBindException refused)
        {
            ending = new SyncEnding(SyncEndingKind.Misconfigured, refused.Message, "correct bindDn or the password file, or the account on the server");
        }
        catch (LdapConnectionException failure)
        {
            ending = new SyncEnding(SyncEndingKind.Lost, failure.Message);
        }

        return Judge(provider, ending);
    }

    private async Task<SyncEnding> FollowAsync(LdapUrl url, bool isForced, bool isAccepted, CancellationToken cancellationToken)
    {
        await using var connection = await connect(url, cancellationToken);
        var session = new SyncSession(connection, url.Text, followed, options, time);
        var seen = await session.AskAsync(cancellationToken);
        var isWhole = isForced || isAccepted;
        if (!isWhole && providers.Length > 1 && seen.Changes is { } changes && replica.Picture.Cookie is { } ours && !changes.Reaches(ours))
            return new SyncEnding(SyncEndingKind.Behind, "the provider does not have all changes that are known already");

        followed.Connecting(url.Text);
        var cookie = isWhole ? null : replica.CookieFor(url.Text);
        var ending = await session.FollowAsync(seen, cookie, isAccepted ? Acceptance : null, cancellationToken);
        if (ending.Kind != SyncEndingKind.RefreshRequired) return ending;
        replica.Doubt();
        return SyncEnding.Again(ending.Cause);
    }

    private bool Judge(SyncAttempts provider, SyncEnding ending)
    {
        var isAgain = ending.WasWell || (ending.Kind == SyncEndingKind.Again && !GoesRound());
        if (ending.WasWell) failingSince = null;
        if (isAgain) provider.Well();
        else provider.Failed(ending);
        followed.Lost(provider.Url.Text, ending.Cause);
        return isAgain;
    }

    private bool GoesRound()
    {
        var goesRound = startedAgain is { } last && time.GetElapsedTime(last) < AgainAfter;
        startedAgain = time.GetTimestamp();
        return goesRound;
    }

    private void Fail(IReadOnlyList<SyncAttempts> tried)
    {
        failingSince ??= time.GetTimestamp();
        var failed = providers.Where(provider => provider.Ending is not null).ToList();
        var cause = string.Join("; ", failed);
        if (failed.Find(provider => provider.Ending!.Kind == SyncEndingKind.Unsupported) is not null) followed.Unsupported(cause);
        else followed.Lost(null, cause);

        var isOnlyAway = tried.All(provider => provider.Ending!.Kind == SyncEndingKind.Lost);
        if (isOnlyAway && time.GetElapsedTime(failingSince.Value) < ReportAfter) return;
        followed.Reports.Raise(new SyncInterrupted(cause, failed.Select(provider => provider.Ending!.Advice).FirstOrDefault(advice => advice is not null)), grows: true);
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        var pause = providers.Min(provider => provider.DueIn);
        if (pause <= TimeSpan.Zero) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Acceptance.Asked, cancellationToken);

        // Timers count whole milliseconds: the rest of one would be waited for by going round and round.
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
