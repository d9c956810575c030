namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>When the view is written to its file: after a refresh, once a minute while it changes, and at the end.</summary>
internal sealed class SavedViewUpkeep(SavedView file, SyncReplica replica, LastHeard heard, SyncReports reports, TimeProvider time)
{
    /// <summary>Between two writes while single changes come.</summary>
    internal static readonly TimeSpan WriteEvery = TimeSpan.FromMinutes(1);

    /// <summary>Between two notes that the view is still what a provider has.</summary>
    internal static readonly TimeSpan NoteEvery = TimeSpan.FromSeconds(30);

    private long? wroteAt;
    private long notedAt;
    private long refreshesSaved;
    private bool differed;

    /// <summary>Gives the replica what was saved.</summary>
    /// <returns>How long ago a provider was heard that had it; null: there is nothing.</returns>
    public TimeSpan? Load()
    {
        var (content, cause) = file.Read();
        if (cause is not null) reports.Tell(new SyncSavedViewProblem(file.Path, cause));
        if (content is null) return null;
        replica.Load(content.View, content.Cookie, content.Provider, content.Differs);
        differed = content.Differs;
        return time.GetUtcNow() - content.Heard;
    }

    /// <param name="refreshes">How many refreshes were applied so far.</param>
    public void Look(long refreshes)
    {
        // Before the picture: the file may look older than it is, never younger.
        var age = heard.Age;
        var picture = replica.Picture;
        if (!picture.IsKnown || age is null) return;
        if (!IsSaved(picture))
        {
            if (refreshes != refreshesSaved || wroteAt is null || time.GetElapsedTime(wroteAt.Value) >= WriteEvery) Write(picture, age.Value, refreshes);
        }
        else if (time.GetElapsedTime(notedAt) >= NoteEvery)
        {
            Note(picture, age.Value);
        }
    }

    /// <summary>Nothing more will be heard.</summary>
    public void End()
    {
        var age = heard.Age;
        var picture = replica.Picture;
        if (!picture.IsKnown || age is null) return;
        if (IsSaved(picture)) Note(picture, age.Value);
        else Write(picture, age.Value, refreshesSaved);
    }

    private bool IsSaved(SyncPicture picture) => file.Holds(picture.View) && picture.Differs == differed;

    private void Write(SyncPicture picture, TimeSpan age, long refreshes)
    {
        (wroteAt, notedAt) = (time.GetTimestamp(), time.GetTimestamp());
        var cause = file.Write(new SavedContent(picture.View, picture.Cookie, picture.Provider, picture.Differs, time.GetUtcNow() - age));
        if (cause is null) (refreshesSaved, differed) = (refreshes, picture.Differs);
        Tell(cause);
    }

    private void Note(SyncPicture picture, TimeSpan age)
    {
        notedAt = time.GetTimestamp();
        Tell(file.NoteHeard(picture.View, time.GetUtcNow() - age));
    }

    private void Tell(string? cause)
    {
        if (cause is null) reports.Clear<SyncSavedViewProblem>();
        else reports.Raise(new SyncSavedViewProblem(file.Path, cause));
    }
}
