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
public sealed class PostgresDirectory : IDirectory
{
    private readonly DirectoryReader reader;
    private readonly DirectoryRows rows;
    private readonly TimeProvider time;
    private readonly TimeSpan staleFor;
    private long primaryAnsweredAt;

    /// <param name="source">Shared with blocks and limits; not disposed here.</param>
    public PostgresDirectory(PostgresSource source, PostgresDirectoryOptions options, AddressNormalizer normalizer, string name = "postgres")
    {
        Name = name;
        time = source.Time;
        staleFor = options.StaleFor;
        primaryAnsweredAt = time.GetTimestamp();
        reader = new DirectoryReader(source.Any);
        rows = new DirectoryRows(name, normalizer);
        Statements = new DirectoryStatements(options.Queries);
        Cache = new DirectoryCache(options.CacheEntries, options.CacheFor, time);
    }

    public string Name { get; }

    internal DirectoryStatements Statements { get; }

    internal DirectoryCache Cache { get; }

    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) => AskAsync(
        Question.Account, login, Statements.Account, reply => rows.ReadAccount(login, reply[0]), cancellationToken);

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken) => AskAsync(
        Question.Address, address.Text, Statements.Address,
        reply => rows.ReadAddress(address, reply[0], Statements.AliasPart is { } alias ? reply[alias] : null, Statements.SendersPart is { } senders ? reply[senders] : null),
        cancellationToken);

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) => AskAsync(
        Question.Domain, domain, Statements.Domain, reply => rows.ReadDomain(domain, reply[0]), cancellationToken);

    private ValueTask<Lookup<T>> AskAsync<T>(
        Question question, string key, DirectoryStatement statement, Func<string?[], Answer<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Lookup<T>>(cancellationToken);
        return Cache.TryGet<T>(question, key, out var known) ? new(known) : new(AskServerAsync(question, key, statement, read, cancellationToken));
    }

    private async Task<Lookup<T>> AskServerAsync<T>(
        Question question, string key, DirectoryStatement statement, Func<string?[], Answer<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        var mark = Cache.Mark();
        try
        {
            var reply = await reader.AskAsync(statement, key, cancellationToken);
            var answer = read(reply.Rows);
            if (reply.IsReplica) return OfReplica(answer.Lookup);
            Volatile.Write(ref primaryAnsweredAt, time.GetTimestamp());
            if (reply.ServerStartedAt is { } server) Cache.Keep(question, key, answer.Dependencies ?? [], answer.Lookup, mark, server);
            return answer.Lookup;
        }
        catch (PostgresUnavailableException exception)
        {
            return Lookup<T>.Unavailable(exception.Message, Provenance.Of(Name));
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
