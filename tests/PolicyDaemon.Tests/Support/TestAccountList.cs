using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests;

/// <summary>A list of accounts, with a switch for a source that goes away behind the last of them.</summary>
internal sealed class TestAccountList(string name, params IReadOnlyList<Account> accounts) : IAccountList
{
    public string Name => name;

    public bool BreaksOff { get; init; }

    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var account in accounts) yield return Lookup<Account>.Found(account, Provenance.Of(name));
        if (BreaksOff) yield return Lookup<Account>.Unavailable($"{name} is down", Provenance.Of(name));
    }
}
