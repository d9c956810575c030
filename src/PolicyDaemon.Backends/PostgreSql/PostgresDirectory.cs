using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// Mailboxes in PostgreSQL, by queries that fit any schema. One statement answers each question, so that no answer is put together from two
/// states of the tables. While the server's notifications are heard, answers are kept until one says that they have changed.
/// </summary>
/// <remarks>
/// While no primary answers, a replica is asked. It may be behind, so what it does not find says nothing, and what it finds has the age of
/// the primary's last answer and counts no longer than <see cref="PostgresDirectoryOptions.StaleFor"/>.
/// </remarks>
public sealed class PostgresDirectory : IDirectory, IAsyncDisposable
{
    private const int MaxAttempts = 3;

    private readonly DirectoryReader reader;
    private readonly DirectoryRows rows;
    private readonly TimeProvider time;
    private readonly TimeSpan staleFor;
    private readonly PostgresSource source;
    private readonly PostgresDirectoryOptions options;
    private readonly DirectoryStatements statements;
    private readonly DirectoryCache cache;
    private readonly SharedQuestions questions = new();
    private readonly DirectoryWatch? watch;
    private long primaryAnsweredAt;

    /// <param name="source">Shared with blocks and limits, as the listener is; neither is disposed here.</param>
    /// <param name="listener">Not started yet. Null: no answer is kept.</param>
    /// <param name="onCacheChange">Told when answers are kept, when not and why; must not block.</param>
    public PostgresDirectory(
        PostgresSource source,
        PostgresDirectoryOptions options,
        AddressNormalizer normalizer,
        PostgresListener? listener = null,
        Action<PostgresCacheState>? onCacheChange = null,
        string name = "postgres")
    {
        (this.source, this.options) = (source, options);
        Name = name;
        time = source.Time;
        staleFor = options.StaleFor;
        primaryAnsweredAt = time.GetTimestamp();
        reader = new DirectoryReader(source.Any);
        rows = new DirectoryRows(name, normalizer);
        statements = new DirectoryStatements(options.Queries);
        cache = new DirectoryCache(options.CacheEntries, options.CacheFor, time);
        if (listener is not null && options.CacheFor > TimeSpan.Zero)
            watch = new DirectoryWatch(source, listener, statements, cache, onCacheChange ?? (static _ => { }), keys => Changed?.Invoke(keys));
    }

    /// <summary>
    /// Told what changed, by login, address or domain, as soon as it is heard of: whoever remembers it for an outage forgets it. On any thread;
    /// must not block.
    /// </summary>
    public Action<IReadOnlyList<string>>? Changed { get; set; }

    public string Name { get; }

    public PostgresCacheState CacheState => watch?.State ?? new(IsKeeping: false, "answers are not kept");

    internal int CachedAnswers => cache.Count;

    /// <summary>Whether the server understands the queries, and whether what they give is what we understand: one sentence for each mistake.</summary>
    /// <exception cref="PostgresUnavailableException">The server could not be asked.</exception>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) =>
        QueryCheck.FindProblemsAsync(source.Any, options.Queries, cancellationToken);

    public ValueTask DisposeAsync() => watch?.DisposeAsync() ?? default;

    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) => AskAsync(
        Question.Account, login, statements.Account, reply => rows.ReadAccount(login, reply[0]), cancellationToken);

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken) => AskAsync(
        Question.Address, address.Text, statements.Address,
        reply => rows.ReadAddress(address, reply[0], statements.AliasPart is { } alias ? reply[alias] : null, statements.SendersPart is { } senders ? reply[senders] : null),
        cancellationToken);

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) => AskAsync(
        Question.Domain, domain, statements.Domain, reply => rows.ReadDomain(domain, reply[0]), cancellationToken);

    private ValueTask<Lookup<T>> AskAsync<T>(
        Question question, string key, DirectoryStatement statement, Func<string?[], Answer<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Lookup<T>>(cancellationToken);
        if (cache.TryGet<T>(question, key, out var known)) return new(known);
        return new(cache.IsOpen
            ? questions.AskAsync(question, key, () => AskServerAsync(question, key, statement, read, CancellationToken.None)).WaitAsync(cancellationToken)
            : AskServerAsync(question, key, statement, read, cancellationToken));
    }

    /// <summary>Asks, and asks again when a change was heard of meanwhile, so that no answer is older than one given before.</summary>

    private async Task<Lookup<T>> AskServerAsync<T>(
        Question question, string key, DirectoryStatement statement, Func<string?[], Answer<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            var mark = cache.Mark();
            try
            {
                var reply = await reader.AskAsync(statement, key, cancellationToken);
                var answer = read(reply.Rows);
                if (reply.IsReplica) return OfReplica(answer.Lookup);
                Volatile.Write(ref primaryAnsweredAt, time.GetTimestamp());
                if (cache.Keep(question, key, answer.Dependencies ?? [], answer.Lookup, mark, reply.ServerStartedAt ?? 0)) return answer.Lookup;
                if (attempt < MaxAttempts) continue;

                // It changes all the time. What others are just being told may be older than this, and is not to be kept either.
                cache.Forget([key]);
                return answer.Lookup;
            }
            catch (PostgresUnavailableException exception)
            {
                return Lookup<T>.Unavailable(exception.Message, Provenance.Of(Name));
            }
        }
    }

    private Lookup<T> OfReplica<T>(Lookup<T> answer)
        where T : class
    {
        var age = time.GetElapsedTime(Volatile.Read(ref primaryAnsweredAt));
        if (answer.IsUnavailable) return answer;
        if (!answer.IsFound) return Lookup<T>.Unavailable("no primary answers, and a replica, which may be behind, does not know it", answer.Provenance);
        return age <= staleFor
            ? Lookup<T>.Found(answer.Value, answer.Provenance with { Age = age })
            : Lookup<T>.Unavailable("no primary answers, and what a replica knows is too old", answer.Provenance);
    }
}
