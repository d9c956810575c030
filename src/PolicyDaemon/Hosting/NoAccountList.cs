using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>Stands where a source cannot say who is in it, so that no list is taken for whole that leaves its accounts out.</summary>
/// <param name="name">The configured name of the source.</param>
internal sealed class NoAccountList(string name) : IAccountList
{
    public string Name => name;

    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield return Lookup<Account>.Unavailable($"{name} cannot say who is in it", Provenance.Of(name));
    }
}
