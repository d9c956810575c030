using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// The embedded default directory: domains, accounts and aliases in one file. One statement answers each question, so that no answer
/// is put together from two states of the file.
/// </summary>
/// <remarks>
/// The login is the whole address. A bare localpart is not found even where only one account has it: whom <c>alice</c> means would
/// change with the next domain that gets an alice. A locked file is asked again until <see cref="BusyLimit"/>, without holding the
/// thread; every other failure is Unavailable at once, and the next question tries anew.
/// </remarks>
public sealed class SqliteDirectory : IDirectory, IAccountList
{
    /// <summary>
    /// How long a question waits for a locked file. Readers wait for nobody while the daemon runs (WAL), only for a file being opened
    /// or recovered.
    /// </summary>
    internal static readonly TimeSpan BusyLimit = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);

    private readonly SqliteDatabase database;
    private readonly TimeProvider time;

    // Made once: a method group would be a new object for every question.
    private readonly Func<SqliteReader, string, Lookup<Account>> readAccount;
    private readonly Func<SqliteReader, EmailAddress, Lookup<AddressEntry>> readAddress;
    private readonly Func<SqliteReader, string, Lookup<DomainEntry>> readDomain;
    private readonly Func<SqliteReader, string, Lookup<IReadOnlyList<Account>>> readPage;

    public SqliteDirectory(SqliteDatabase database, TimeProvider time, string name = "sqlite")
    {
        (this.database, this.time, Name) = (database, time, name);
        var rows = new SqliteDirectoryRows(name);
        (readAccount, readAddress, readDomain, readPage) = (rows.ReadAccount, rows.ReadAddress, rows.ReadDomain, rows.ReadPage);
    }

    public string Name { get; }

    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) =>
        AskAsync(login, readAccount, cancellationToken);

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken) =>
        AskAsync(address, readAddress, cancellationToken);

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        AskAsync(domain, readDomain, cancellationToken);

    /// <inheritdoc cref="IAccountList.ListAccountsAsync"/>
    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        while (true)
        {
            var page = await AskAsync(after, readPage, cancellationToken);
            if (!page.IsFound) yield return Lookup<Account>.Unavailable(page.Cause ?? "no answer", page.Provenance);
            if (page.Value is not { Count: > 0 } accounts) yield break;
            foreach (var account in accounts) yield return Lookup<Account>.Found(account, page.Provenance);
            after = accounts[^1].Name;
        }
    }

    private ValueTask<Lookup<T>> AskAsync<TKey, T>(TKey key, Func<SqliteReader, TKey, Lookup<T>> read, CancellationToken cancellationToken)
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

        return Lookup<T>.Unavailable($"{database.Path} is locked by another process", Provenance.Of(Name));
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
            answer = Lookup<T>.Unavailable(SqliteCause.Describe(exception, database.Path), Provenance.Of(Name));
            return true;
        }
    }
}
