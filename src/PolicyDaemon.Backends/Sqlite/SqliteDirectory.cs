using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// The embedded default directory: domains, accounts and aliases in one file. One statement answers each question, so that no answer
/// is put together from two states of the file.
/// </summary>
/// <remarks>
/// The login is the whole address. A bare localpart is not found even where only one account has it: whom <c>alice</c> means would
/// change with the next domain that gets an alice.
/// </remarks>
public sealed class SqliteDirectory : IDirectory, IAccountList
{
    private readonly SqliteQuestions questions;

    // Made once: a method group would be a new object for every question.
    private readonly Func<SqliteReader, string, Lookup<Account>> readAccount;
    private readonly Func<SqliteReader, EmailAddress, Lookup<AddressEntry>> readAddress;
    private readonly Func<SqliteReader, string, Lookup<DomainEntry>> readDomain;
    private readonly Func<SqliteReader, string, Lookup<IReadOnlyList<Account>>> readPage;

    public SqliteDirectory(SqliteDatabase database, TimeProvider time, string name = "sqlite")
    {
        Name = name;
        questions = new SqliteQuestions(database, time, name);
        var rows = new SqliteDirectoryRows(name);
        (readAccount, readAddress, readDomain, readPage) = (rows.ReadAccount, rows.ReadAddress, rows.ReadDomain, rows.ReadPage);
    }

    public string Name { get; }

    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) =>
        questions.AskAsync(login, readAccount, cancellationToken);

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken) =>
        questions.AskAsync(address, readAddress, cancellationToken);

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        questions.AskAsync(domain, readDomain, cancellationToken);

    /// <inheritdoc cref="IAccountList.ListAccountsAsync"/>
    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        while (true)
        {
            var page = await questions.AskAsync(after, readPage, cancellationToken);
            if (!page.IsFound) yield return Lookup<Account>.Unavailable(page.Cause ?? "no answer", page.Provenance);
            if (page.Value is not { Count: > 0 } accounts) yield break;
            foreach (var account in accounts) yield return Lookup<Account>.Found(account, page.Provenance);
            after = accounts[^1].Name;
        }
    }
}
