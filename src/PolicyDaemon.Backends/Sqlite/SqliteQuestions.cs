using Microsoft.Data.Sqlite;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// Puts questions to the file. A locked file is asked again until <see cref="BusyLimit"/>, without holding the thread; every other failure is
/// Unavailable at once, and the next question tries anew.
/// </summary>
/// <param name="source">The directory's configured name.</param>
internal sealed class SqliteQuestions(SqliteDatabase database, TimeProvider time, string source)
{
    /// <summary>
    /// How long a question waits for a locked file. Readers wait for nobody while the daemon runs (WAL), only for a file being opened
    /// or recovered.
    /// </summary>
    public static readonly TimeSpan BusyLimit = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);

    public ValueTask<Lookup<T>> AskAsync<TKey, T>(TKey key, Func<SqliteReader, TKey, Lookup<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Lookup<T>>(cancellationToken);
        return TryAsk(key, read, out var answer) ? new(answer) : new(AskAgainAsync(key, read, cancellationToken));
    }

    private async Task<Lookup<T>> AskAgainAsync<TKey, T>(TKey key, Func<SqliteReader, TKey, Lookup<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < BusyLimit)
        {
            await Task.Delay(BusyPause, time, cancellationToken);
            if (TryAsk(key, read, out var answer)) return answer;
        }

        return Lookup<T>.Unavailable($"{database.Path} is locked by another process", Provenance.Of(source));
    }

    /// <summary>Asks once.</summary>
    /// <returns>False when the file is locked and may soon not be.</returns>
    private bool TryAsk<TKey, T>(TKey key, Func<SqliteReader, TKey, Lookup<T>> read, out Lookup<T> answer)
        where T : class
    {
        answer = default;
        try
        {
            using var pooled = database.Readers.Rent();
            pooled.IsBroken = true;
            answer = read(pooled.Reader, key);
            pooled.IsBroken = false;
            return true;
        }
        catch (SqliteException exception) when (SqliteCause.IsBusy(exception))
        {
            return false;
        }
        catch (Exception exception) when (exception is SqliteException or SqliteFileException)
        {
            answer = Lookup<T>.Unavailable(SqliteCause.Describe(exception, database.Path), Provenance.Of(source));
            return true;
        }
    }
}
