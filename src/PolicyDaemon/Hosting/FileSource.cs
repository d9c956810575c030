using PolicyDaemon.Backends.Files;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Hosting;

/// <summary>The files of a configuration that are a directory, watched while it is in force.</summary>
internal sealed class FileSource : IAsyncDisposable
{
    public const string Name = "files";

    private readonly FileWatch watch;

    public FileSource(FileDirectoryOptions options, AddressNormalizer normalizer, HashWorkers workers, SourceHealth health, TimeProvider time)
    {
        watch = new FileWatch(options, normalizer, time, change => health.FileChanged(Name, change), cause => health.Changed(Name, cause), Name);
        Directory = new FileDirectory(watch, time);
        Passdb = options.Passwd.Count > 0 ? new FilePassdb(watch, workers, time) : null;
    }

    public FileDirectory Directory { get; }

    /// <summary>Null: there are aliases only.</summary>
    public IPassdb? Passdb { get; }

    public ValueTask DisposeAsync() => watch.DisposeAsync();
}
