using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Files;

/// <summary>
/// Addresses that only Postfix knows, named by <c>directory.extraRecipients</c>: aliases(5) and virtual(5) texts. They exist; no login owns
/// them.
/// </summary>
/// <remarks>
/// A changed file is in force within a second. A file that cannot be read any more keeps its last content; one that never could be read makes the
/// answer Unavailable instead of NotFound.
/// </remarks>
public sealed class ExtraRecipients : IDirectory
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    private readonly AliasFile[] files;
    private readonly TimeProvider time;
    private readonly Lock reading = new();
    private long checkedAt;

    public ExtraRecipients(IEnumerable<string> paths, AddressNormalizer normalizer, TimeProvider time)
    {
        this.time = time;
        files = [.. paths.Select(path => new AliasFile(path, normalizer))];
        Refresh();
    }

    public string Name => "extraRecipients";

    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) =>
        new(Lookup<Account>.NotFound(Provenance.Of(Name)));

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        new(Lookup<DomainEntry>.NotFound(Provenance.Of(Name)));

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (time.GetElapsedTime(Interlocked.Read(ref checkedAt)) >= CheckEvery) Refresh();

        string? unread = null;
        foreach (var file in files)
        {
            if (file.Keys is not { } keys) unread = file.Path;
            else if (keys.Contains(address)) return new(Found(address, file.Path));
        }

        return new(unread is null
            ? Lookup<AddressEntry>.NotFound(Provenance.Of(Name))
            : Lookup<AddressEntry>.Unavailable($"{unread} could not be read", Provenance.Of(Name, unread)));
    }

    private Lookup<AddressEntry> Found(EmailAddress address, string path) =>
        Lookup<AddressEntry>.Found(new AddressEntry { Address = address, IsExtra = true }, Provenance.Of(Name, path));

    private void Refresh()
    {
        lock (reading)
        {
            Interlocked.Exchange(ref checkedAt, time.GetTimestamp());
            foreach (var file in files) file.Refresh();
        }
    }

    /// <summary>One file and what it last held.</summary>
    private sealed class AliasFile(string path, AddressNormalizer normalizer)
    {
        private (DateTime WrittenAt, long Length) seen;
        private volatile AliasKeys? keys;

        public string Path => path;

        /// <summary>Null: never read.</summary>
        public AliasKeys? Keys => keys;

        public void Refresh()
        {
            try
            {
                // Of the file at the end of symbolic links: a link does not change with what it leads to.
                var file = new FileInfo(path);
                file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
                var now = (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
                if (now == seen || now.Item2 < 0) return;
                using var text = new StreamReader(path);
                keys = AliasKeys.Read(text, normalizer);
                seen = now;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The last content stays in force; doctor and check-config tell of a file that cannot be read.
            }
        }
    }
}
