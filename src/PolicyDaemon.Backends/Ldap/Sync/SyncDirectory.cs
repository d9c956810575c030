using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// People in LDAP, kept in memory (<c>mode: sync</c>): the content is followed by RFC 4533, so that a question asks nobody, a change is in
/// force milliseconds after it was made, and while no server can be reached what was known goes on counting for a time.
/// </summary>
/// <remarks>
/// While there is no view yet, and when no server offers RFC 4533, servers are asked for each question instead. A view that is too old
/// answers Unavailable. Readers take no lock.
/// </remarks>
public sealed class SyncDirectory : IDirectory, IAccountList, IAsyncDisposable
{
    private readonly SyncOptions sync;
    private readonly IDirectory lookup;
    private readonly LastHeard heard;
    private readonly SyncReplica replica;
    private readonly SyncFollowed followed;
    private readonly ViewAnswers answers;
    private readonly SyncLoop loop;
    private readonly SyncUpkeep upkeep;
    private readonly SavedViewUpkeep? saved;
    private readonly CancellationTokenSource closing = new();
    private Task running = Task.CompletedTask;

    /// <param name="lookup">Asks servers; not owned.</param>
    /// <param name="report">Told what an administrator should hear, on any thread; must not block.</param>
    /// <param name="name">Of the source.</param>
    public SyncDirectory(
        LdapOptions options, SyncOptions sync, IDirectory lookup, AddressNormalizer normalizer, TimeProvider time, Action<SyncEvent> report, string name = "ldap")
        : this(options, sync, lookup, normalizer, time, report, name, Connect(options, time))
    {
    }

    internal SyncDirectory(
        LdapOptions options, SyncOptions sync, IDirectory lookup, AddressNormalizer normalizer, TimeProvider time, Action<SyncEvent> report, string name,
        Func<LdapUrl, CancellationToken, Task<ISyncConnection>> connect)
    {
        this.sync = sync;
        this.lookup = lookup;
        Name = name;
        heard = new LastHeard(time);
        var reports = new SyncReports(report, time);
        var reader = new LdapAccountReader(name, options, normalizer);
        replica = new SyncReplica(entry => reader.ReadViewEntry(entry.Entry, entry.Id, entry.Changed), sync, time);
        followed = new SyncFollowed(replica, heard, reports);
        answers = new ViewAnswers(name, options);
        loop = new SyncLoop(options, connect, followed, time, Random.Shared.NextDouble);
        saved = sync.SavedView is { } path
            ? new SavedViewUpkeep(new SavedView(path, name, options, normalizer, time), replica, heard, reports, time)
            : null;
        upkeep = new SyncUpkeep(followed, new SyncSilence(heard, sync.StaleFor, report, time), saved, time);
    }

    public string Name { get; }

    public SyncStatus Status
    {
        get
        {
            var (picture, condition, age) = (replica.Picture, followed.Condition, heard.Age);
            return new SyncStatus
            {
                Connection = condition.Connection,
                Provider = condition.Provider,
                Cause = condition.Cause,
                IsViewUsed = followed.IsViewUsed && !IsStale(age),
                IsStale = followed.IsViewUsed && IsStale(age),
                Entries = picture.View.Count,
                Age = age,
                LastChange = picture.LastChange,
                Cookie = picture.Cookie?.Text,
                Changes = picture.Changes,
                Withheld = picture.Withheld,
                Older = picture.Older,
                Conflicts = picture.View.Conflicts,
            };
        }
    }

    /// <summary>Loads the saved view, if there is one that still counts, and begins to follow a provider in the background.</summary>
    public void Start()
    {
        var age = saved?.Load();
        if (age is { } known && known <= sync.StaleFor)
        {
            heard.Before(known);
            followed.Use(isSaved: true);
        }
        else
        {
            // Too old to answer, the saved view still tells what a provider must not take back.
            followed.FallBack(age is null ? "the first refresh is not over yet" : "the saved view is too old, and the first refresh is not over yet");
        }

        running = Task.WhenAll(loop.RunAsync(closing.Token), upkeep.RunAsync(closing.Token));
    }

    /// <summary>
    /// An administrator confirms: what the provider has counts whole, by a refresh that begins at once, whatever it takes away or sets back.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting; whether it is done is then unknown.</param>
    /// <returns>True when it is in force; false when no provider could be followed.</returns>
    public Task<bool> AcceptAsync(CancellationToken cancellationToken) => loop.Acceptance.AskAsync(cancellationToken);

    /// <inheritdoc cref="IDirectory.FindAccountAsync"/>
    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!followed.IsViewUsed) return lookup.FindAccountAsync(login, cancellationToken);
        var age = heard.Age;
        return new(IsStale(age) ? Stale<Account>(age) : answers.FindAccount(replica.Picture.View, login, age!.Value));
    }

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!followed.IsViewUsed) return lookup.FindAddressAsync(address, cancellationToken);
        var age = heard.Age;
        return new(IsStale(age) ? Stale<AddressEntry>(age) : answers.FindAddress(replica.Picture.View, address, age!.Value));
    }

    /// <summary>Never: what has an address in a domain does not make the domain ours, and there is no other list here.</summary>
    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        new(Lookup<DomainEntry>.NotFound(Provenance.Of(Name)));

    /// <summary>All accounts of the view that is in force now; servers are not asked for their whole content.</summary>
    /// <inheritdoc cref="IAccountList.ListAccountsAsync"/>
    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var age = heard.Age;
        if (!followed.IsViewUsed || IsStale(age))
        {
            yield return IsStale(age) ? Stale<Account>(age) : Lookup<Account>.Unavailable("there are no accounts in memory", Provenance.Of(Name));
            yield break;
        }

        foreach (var entry in replica.Picture.View.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Lookup<Account>.Found(entry.Account, new Provenance(Name, entry.Dn, age!.Value));
        }
    }

    /// <summary>Follows no more, and has saved the view when it returns. Questions are still answered, from what is known.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await running;
        loop.Acceptance.Close();
        saved?.End();
    }

    private static Func<LdapUrl, CancellationToken, Task<ISyncConnection>> Connect(LdapOptions options, TimeProvider time)
    {
        var connector = new LdapConnector(options, time);
        return (url, cancellationToken) => LdapSyncConnection.ConnectAsync(connector, url, options, cancellationToken);
    }

    private bool IsStale(TimeSpan? age) => age is null || age > sync.StaleFor;

    private Lookup<T> Stale<T>(TimeSpan? age)
        where T : class =>
        Lookup<T>.Unavailable(
            $"no server was heard for {(age ?? TimeSpan.Zero).TotalSeconds:0} s, longer than what is known may count; {followed.Condition.Cause}",
            new Provenance(Name, "", age ?? TimeSpan.Zero));
}
