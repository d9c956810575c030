using System.Collections.Concurrent;
using System.Diagnostics;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Several people who log in again and again, each as soon as the last answer is there.</summary>
public sealed class LoginLoad : IAsyncDisposable
{
    private readonly ConcurrentBag<LoginAttempt> attempts = [];
    private readonly List<Task> people;
    private volatile bool isOver;

    private LoginLoad(int people, Func<Action, Task<string>> logIn) =>
        this.people = [.. Enumerable.Range(0, people).Select(_ => Task.Run(() => RepeatAsync(logIn)))];

    /// <param name="logIn">Logs in once and returns what it was told; calls the action when its password is on the way.</param>
    public static LoginLoad Start(int people, Func<Action, Task<string>> logIn) => new(people, logIn);

    /// <summary>Waits until so many logins have been answered from now on.</summary>
    public Task WaitUntilAnsweredAsync(int more)
    {
        int goal = attempts.Count + more;
        return Wait.UntilAsync(() => attempts.Count >= goal, $"{more} more logins are answered", details: () => $"{attempts.Count - goal + more} are");
    }

    /// <summary>Lets everybody come to an end; what all of them were told, the first first.</summary>
    public async Task<IReadOnlyList<LoginAttempt>> EndAsync()
    {
        isOver = true;
        await Task.WhenAll(people);
        return [.. attempts.OrderBy(attempt => attempt.Begun)];
    }

    public async ValueTask DisposeAsync()
    {
        isOver = true;
        await Task.WhenAll(people).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RepeatAsync(Func<Action, Task<string>> logIn)
    {
        while (!isOver)
        {
            long at = Stopwatch.GetTimestamp();
            string reply = await logIn(() => at = Stopwatch.GetTimestamp());
            attempts.Add(new(at, Stopwatch.GetTimestamp(), reply));
        }
    }
}

/// <param name="Begun">When the password was sent, or, if it never came to that, when the client connected.</param>
public sealed record LoginAttempt(long Begun, long Ended, string Reply)
{
    public TimeSpan Took => Stopwatch.GetElapsedTime(Begun, Ended);
}
