using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>
/// Stands where the configuration in force says nothing of mailboxes: a reload took the section away, and the listener stays until the next start.
/// </summary>
internal sealed class NoUserdb : IUserdb
{
    private const string Cause = "the configuration has no section userdb";

    public ValueTask<Lookup<Mailbox>> FindAsync(string login, CancellationToken cancellationToken) => new(Lookup<Mailbox>.Unavailable(Cause, Provenance.None));

    public async IAsyncEnumerable<Lookup<string>> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield return Lookup<string>.Unavailable(Cause, Provenance.None);
    }
}
