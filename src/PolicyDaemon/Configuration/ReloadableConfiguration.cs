using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration;

/// <summary>
/// The configuration of a running daemon: read again on demand from the same file, environment and arguments. A bad one changes nothing.
/// </summary>
/// <remarks>Not for use by several threads at once: one signal is worked off after the other.</remarks>
internal sealed class ReloadableConfiguration
{
    /// <summary>
    /// What is taken up only at a start: sockets, the store and the log are opened once, and the node's name is part of what was counted.
    /// </summary>
    private static readonly string[] AtStartOnly = ["node", "listen", "stateDirectory", "store", "cluster", "directory:sqlite:path", "log"];

    /// <summary>The connection of the store, where that is PostgreSQL. For mailboxes a reload takes them up.</summary>
    private static readonly string[] OfStore =
    [
        "directory:postgres:connectionString", "directory:postgres:passwordFile", "directory:postgres:pooled", "directory:postgres:listenConnectionString",
        "directory:postgres:timeout",
    ];

    private readonly Func<LoadedConfiguration> load;
    private readonly LoadedConfiguration started;
    private LoadedConfiguration current;
    private LoadedConfiguration read;

    /// <param name="load">Reads once; called for every reload.</param>
    /// <param name="started">What the daemon started with; it has options.</param>
    public ReloadableConfiguration(Func<LoadedConfiguration> load, LoadedConfiguration started)
    {
        this.load = load;
        this.started = started;
        current = started;
        read = started;
        if (started.Options is null) throw new ArgumentException("has errors", nameof(started));
    }

    /// <summary>What is in force, but for the keys that an earlier <see cref="ReloadResult"/> said need a restart.</summary>
    public DaemonOptions Current => current.Options!;

    /// <summary>Reads again, and compares with what is in force.</summary>
    public ReloadResult Reload()
    {
        var loaded = load();
        if (loaded.Options is null) return new ReloadResult(null, loaded.Source, loaded.Errors, loaded.Warnings, [], false);
        read = loaded;
        IEnumerable<string> waiting = AtStartOnly.Where(path => loaded.Differs(started, path)).Select(Problem.DisplayKey);
        if (started.Options!.Store is PostgresStoreOptions)
        {
            waiting = waiting.Concat(OfStore.Where(path => loaded.Differs(started, path)).Select(path => $"{Problem.DisplayKey(path)} (of the store)"));
        }

        return new ReloadResult(loaded.Options, loaded.Source, [], loaded.Warnings, [.. waiting], loaded.Differs(current, "directory"));
    }

    /// <summary>What was read last without errors is in force from now on.</summary>
    public void TakeUp() => current = read;
}

/// <summary>What a reload came to.</summary>
/// <param name="Options">The new options; null: there are errors, and everything stays as it was.</param>
/// <param name="NeedRestart">Keys and sections that differ from what the daemon started with and are not taken up before a restart.</param>
/// <param name="Source">The file that was read, or words that say that there was none.</param>
/// <param name="IsDirectoryChanged">Connections to directories, and what was learned over them, are of no use to the new options.</param>
internal sealed record ReloadResult(
    DaemonOptions? Options,
    string Source,
    IReadOnlyList<string> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> NeedRestart,
    bool IsDirectoryChanged);
