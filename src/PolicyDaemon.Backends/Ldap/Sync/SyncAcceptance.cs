using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>An administrator's word that what the provider has counts whole: waits for the loop, and is used up by one refresh.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, and who comes late must still be able to look at it.")]
internal sealed class SyncAcceptance
{
    private readonly Lock gate = new();
    private CancellationTokenSource wake = new();
    private TaskCompletionSource<bool>? asked;
    private bool isClosed;

    /// <summary>Whether somebody waits.</summary>
    public bool IsAsked
    {
        get
        {
            lock (gate) return asked is not null;
        }
    }

    /// <summary>Cancelled when somebody asks; a new one each time.</summary>
    public CancellationToken Asked
    {
        get
        {
            lock (gate) return wake.Token;
        }
    }

    /// <returns>False when no provider could be followed.</returns>
    public async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        CancellationTokenSource sleeping;
        Task<bool> answer;
        lock (gate)
        {
            if (isClosed) return false;
            asked ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            answer = asked.Task;
            sleeping = wake;
        }

        await sleeping.CancelAsync();
        return await answer.WaitAsync(cancellationToken);
    }

    /// <summary>The loop has seen it.</summary>
    public void Begin()
    {
        lock (gate)
        {
            if (wake.IsCancellationRequested) wake = new CancellationTokenSource();
        }
    }

    public void Answer(bool isDone)
    {
        TaskCompletionSource<bool>? waiting;
        lock (gate) (waiting, asked) = (asked, null);
        waiting?.TrySetResult(isDone);
    }

    /// <summary>Nobody follows any more.</summary>
    public void Close()
    {
        lock (gate) isClosed = true;
        Answer(false);
    }
}
