using System.Runtime.CompilerServices;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Who has a mailbox in PostgreSQL, page by page, by a query that fits any schema.</summary>
/// <param name="source">Shared with the directory; not disposed here.</param>
/// <param name="query">The next logins behind <c>%s</c>.</param>
public sealed class PostgresAccountList(PostgresSource source, LookupQuery query, AddressNormalizer normalizer, string name = "postgres") : IAccountList
{
    /// <summary>Rows of one page that are looked at; the query should end it sooner.</summary>
    private const int MaxRows = 10_000;

    private readonly DirectoryReader reader = new(source.Any);
    private readonly DirectoryStatement statement = new((query, MaxRows));
    private readonly DirectoryRows rows = new(name, normalizer);

    public string Name => name;

    /// <inheritdoc cref="IAccountList.ListAccountsAsync"/>
    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        while (true)
        {
            var (page, last) = await AskAsync(after, cancellationToken);
            if (!page.IsFound) yield return Lookup<Account>.Unavailable(page.Cause ?? "no answer", page.Provenance);
            if (page.Value is not { Count: > 0 } accounts) yield break;
            foreach (var account in accounts) yield return Lookup<Account>.Found(account, page.Provenance);

            // A query that does not go on behind %s would be asked for ever.
            if (last == after)
            {
                yield return Lookup<Account>.Unavailable("query users gives the same logins again: it must go on behind %s", page.Provenance);
                yield break;
            }

            after = last;
        }
    }

    private async Task<(Lookup<IReadOnlyList<Account>> Page, string Last)> AskAsync(string after, CancellationToken cancellationToken)
    {
        try
        {
            return rows.ReadPage((await reader.AskAsync(statement, after, cancellationToken)).Rows[0]);
        }
        catch (PostgresUnavailableException exception)
        {
            return (Lookup<IReadOnlyList<Account>>.Unavailable(exception.Message, Provenance.Of(name)), "");
        }
    }
}
