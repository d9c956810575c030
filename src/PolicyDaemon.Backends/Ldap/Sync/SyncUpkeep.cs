namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What has to happen whether or not a provider says something: to notice silence, to repeat alarms, to tell conflicts, to save.</summary>
internal sealed class SyncUpkeep(SyncFollowed followed, SyncSilence silence, SavedViewUpkeep? saved, TimeProvider time)
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private AccountView lookedAt = AccountView.Empty;

    /// <summary>Ends only when it is cancelled, whatever happens.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(Every, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(cancellationToken)) Look();
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private void Look()
    {
        try
        {
            silence.Look();
            followed.Reports.Repeat();
            LookForConflicts();
            saved?.Look(followed.Refreshes);
        }
        catch (Exception mistake)
        {
            // Ours. What it was about does not happen; the rest does, from the next tick on.
            followed.Reports.Raise(new SyncInterrupted($"a mistake in this program: {mistake.Message}", null), grows: true);
        }
    }

    private void LookForConflicts()
    {
        var view = followed.Replica.Picture.View;
        if (ReferenceEquals(view, lookedAt)) return;
        var before = lookedAt;
        lookedAt = view;
        foreach (var conflict in view.ConflictsSince(before).Take(SyncReports.MaxConflicts)) followed.Reports.Tell(conflict);
    }
}
