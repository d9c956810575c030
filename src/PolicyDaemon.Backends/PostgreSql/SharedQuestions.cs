namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// Questions that are on their way: who asks the same meanwhile gets the same answer. So of two answers to one question never the older one
/// is kept, and a change does not send everybody who asks for a busy login to the server at once.
/// </summary>
internal sealed class SharedQuestions
{
    private readonly Dictionary<(Question Question, string Key), Task> asked = [];
    private readonly Lock gate = new();

    /// <param name="ask">
    /// Asks, for as long as it takes and whoever goes on waiting. Its answer is as new as everything that was heard of until it is there, so
    /// it is new enough for those who asked meanwhile.
    /// </param>
    public Task<T> AskAsync<T>(Question question, string key, Func<Task<T>> ask)
    {
        lock (gate)
        {
            if (asked.TryGetValue((question, key), out var known)) return (Task<T>)known;
            var answer = Task.Run(ask);
            asked[(question, key)] = answer;
            _ = answer.ContinueWith(_ => Forget(question, key), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return answer;
        }
    }

    private void Forget(Question question, string key)
    {
        lock (gate) asked.Remove((question, key));
    }
}
