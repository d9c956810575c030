namespace PolicyDaemon.Bench.Counters;

/// <summary>Something that counts messages, to be compared with others.</summary>
internal interface ICounting : IAsyncDisposable
{
    string Name { get; }

    /// <returns>False: not counted.</returns>
    Task<bool> CountAsync(CountingKeys keys, int login);
}
