using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Who is in LDAP, asked of the first server that can be reached: page by page, on a connection of its own, for a page goes on where the one before ended.</summary>
/// <remarks>
/// A server that gives only so many entries (<c>sizelimit</c>), or fails on the way, ends the list as one that is incomplete: another server may
/// have them in another order.
/// </remarks>
public sealed class LdapAccountList : IAccountList
{
    internal const int PageEntries = 500;

    /// <summary>More are not read: a server that goes on giving pages for ever has no end either.</summary>
    private const int MaxPages = 20_000;

    /// <summary>A page is 500 answers, and takes longer than one.</summary>
    private const int PagePatience = 10;

    private readonly LdapOptions options;
    private readonly LdapAccountReader reader;
    private readonly LdapConnector connector;
    private readonly TimeProvider time;

    public LdapAccountList(LdapOptions options, AddressNormalizer normalizer, TimeProvider time, string name = "ldap")
    {
        this.options = options;
        this.time = time;
        Name = name;
        reader = new LdapAccountReader(name, options, normalizer);
        connector = new LdapConnector(options, time);
    }

    public string Name { get; }

    /// <inheritdoc cref="IAccountList.ListAccountsAsync"/>
    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (connection, server, first) = await BeginAsync(cancellationToken);
        await using var open = connection;
        var page = first;
        for (var read = 1; ; read++)
        {
            foreach (var entry in page.Entries)
            {
                if (reader.ReadViewEntry(entry, Guid.Empty, null) is { Account: var account }) yield return Lookup<Account>.Found(account, Provenance.Of(Name, entry.Dn));
            }

            if ((page.Fault ?? (read == MaxPages ? "the server gives pages without end" : null)) is { } fault)
            {
                yield return Lookup<Account>.Unavailable(fault, Provenance.Of(Name, server));
                yield break;
            }

            if (connection is null || page.Next is not { } cookie) yield break;
            page = await AskAsync(connection, server, cookie, cancellationToken);
        }
    }

    /// <summary>The first page, from the first server that gives one.</summary>
    /// <returns>Without a connection: none does, and the page says why.</returns>
    private async Task<(LdapConnection? Connection, string Server, Page First)> BeginAsync(CancellationToken cancellationToken)
    {
        var causes = new List<string>();
        foreach (var url in options.Urls)
        {
            try
            {
                var (connection, first) = await BeginAsync(url, cancellationToken);
                if (connection is not null) return (connection, url.Text, first);
                causes.Add(first.Fault!);
            }
            catch (LdapConnectionException failure)
            {
                causes.Add($"{url}: {failure.Message}");
            }
        }

        return (null, "", new Page([], null, string.Join("; ", causes)));
    }

    /// <returns>Without a connection: the server said nothing.</returns>
    private async Task<(LdapConnection? Connection, Page First)> BeginAsync(LdapUrl url, CancellationToken cancellationToken)
    {
        var connection = await connector.ConnectAsync(url, cancellationToken);
        var first = Page.Nothing;
        try
        {
            first = await AskAsync(connection, url.Text, [], cancellationToken);
        }
        finally
        {
            if (!first.IsAnswered) await connection.DisposeAsync();
        }

        return (first.IsAnswered ? connection : null, first);
    }

    private async Task<Page> AskAsync(LdapConnection connection, string server, byte[] cookie, CancellationToken cancellationToken)
    {
        var request = new LdapSearchRequest { BaseDn = options.BaseDn, Filter = options.Filter, Attributes = options.Attributes.All };
        using var limit = new CancellationTokenSource(options.Timeout * PagePatience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var found = await connection.SearchAsync(request, [LdapPagedResults.Ask(PageEntries, cookie)], both.Token);
            if (found.Result.Code != LdapResultCode.Success) return new Page(found.Entries, null, $"{server}: {found.Result}", IsAnswered: true);
            return LdapPagedResults.TryReadCookie(found.Controls, out var next)
                ? new Page(found.Entries, next.Length == 0 ? null : next, null, IsAnswered: true)
                : new Page(found.Entries, null, $"{server}: the server does not say whether there is more", IsAnswered: true);
        }
        catch (LdapConnectionException failure)
        {
            return new Page([], null, $"{server}: {failure.Message}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Page([], null, $"{server}: no answer in time");
        }
    }

    /// <param name="Next">What the next page is asked with; null: there is none.</param>
    /// <param name="Fault">Why there may be more than what was given up to here.</param>
    /// <param name="IsAnswered">False: the server said nothing.</param>
    private sealed record Page(IReadOnlyList<LdapEntry> Entries, byte[]? Next, string? Fault, bool IsAnswered = false)
    {
        public static readonly Page Nothing = new([], null, "no answer");
    }
}
