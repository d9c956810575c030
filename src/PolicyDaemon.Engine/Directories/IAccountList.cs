namespace PolicyDaemon.Engine.Directories;

/// <summary>A directory that can say who is in it.</summary>
public interface IAccountList
{
    /// <summary>The configured name of the source.</summary>
    string Name { get; }

    /// <summary>All accounts, one by one, each once, in no particular order; those that are disabled too.</summary>
    /// <returns>An item that is not Found ends the list: it is incomplete, and must not be taken for all there are.</returns>
    IAsyncEnumerable<Lookup<Account>> ListAccountsAsync(CancellationToken cancellationToken);
}
