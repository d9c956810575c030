using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>A view as it was saved.</summary>
/// <param name="Cookie">How far it had come; null: no cookie was known.</param>
/// <param name="Provider">The URL that gave the cookie; null without one.</param>
/// <param name="Differs">It is not exactly what its provider had: something was older there, withheld, or skipped.</param>
/// <param name="Heard">When a provider that had this view was last heard, by the wall clock; never in the future.</param>
internal sealed record SavedContent(AccountView View, SyncCookie? Cookie, string? Provider, bool Differs, DateTimeOffset Heard);

/// <summary>What reading gave: the content, or why it is not used, or neither when nothing was ever saved.</summary>
/// <param name="Cause">One clause about the file, for an administrator.</param>
internal readonly record struct SavedViewAnswer(SavedContent? Content, string? Cause);

/// <summary>
/// The last view, in a file, so that a daemon that starts while the directory is down can answer. Not for several threads at once. An
/// error is a cause in the answer, never an exception.
/// </summary>
/// <param name="path">Beside it, <c>path.new</c> is used while writing. Both are readable by the daemon's user only.</param>
/// <param name="source">The name of the directory.</param>
internal sealed class SavedView(string path, string source, LdapOptions options, AddressNormalizer normalizer, TimeProvider time)
{
    /// <summary>For this user only from its first moment on, whatever the umask; fails where something has that name.</summary>
    private static readonly FileStreamOptions NewFile = new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly byte[] fingerprint = ViewFingerprint.Of(options, normalizer);

    /// <summary>The view that the file holds. Weak: it must not keep alive what the view in force has left behind.</summary>
    private readonly WeakReference<AccountView?> saved = new(null);

    public string Path => path;

    /// <summary>Whether the file holds this view, as far as is known.</summary>
    public bool Holds(AccountView view) => saved.TryGetTarget(out var held) && ReferenceEquals(held, view);

    public SavedViewAnswer Read()
    {
        try
        {
            using var file = TrustedFile.Open(path, FileAccess.Read, out var cause);
            if (file is null) return new SavedViewAnswer(null, cause);
            var content = SavedViewReader.Read(file, fingerprint, source, out cause);
            if (content is not null && content.Heard > time.GetUtcNow()) return new SavedViewAnswer(null, "it is from the future, by this machine's clock");
            saved.SetTarget(content?.View);
            return new SavedViewAnswer(content, cause);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SavedViewAnswer(null, e.Message);
        }
    }

    /// <summary>Puts a view in the place of the one saved before, at once or not at all, also in a power failure.</summary>
    /// <returns>Null, or the cause why the file is as it was.</returns>
    public string? Write(SavedContent content)
    {
        var unfinished = path + ".new";
        try
        {
            // One that a crash has left, or a link that somebody has put there: removed itself, never followed.
            File.Delete(unfinished);
            using (var file = new FileStream(unfinished, NewFile))
            {
                SavedViewWriter.Write(file.SafeFileHandle, fingerprint, content);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            saved.SetTarget(null);
            File.Move(unfinished, path, overwrite: true);
            TrustedFile.SyncDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            saved.SetTarget(content.View);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(unfinished);
            return e.Message;
        }
    }

    /// <summary>
    /// Notes in the file that its view is still what a provider has: a few octets, in place. Not flushed to the disk, as a power failure
    /// may make the view look older. Does nothing while another view than the saved one is in force: the file would look younger than it is.
    /// </summary>
    /// <param name="view">The view in force.</param>
    /// <returns>Null, or the cause why that is not noted.</returns>
    public string? NoteHeard(AccountView view, DateTimeOffset heard)
    {
        if (!Holds(view)) return null;
        try
        {
            using var file = TrustedFile.Open(path, FileAccess.ReadWrite, out var cause);
            if (file is null) return cause ?? "it is not there any more";
            var octets = new byte[SavedViewHeader.Size];
            if (RandomAccess.Read(file, octets, 0) < octets.Length) return "it is damaged: it ends early";
            var header = new SavedViewHeader(octets);
            if (header.FindFault(fingerprint) is { } fault) return fault;
            header.WriteHeard(heard);
            RandomAccess.Write(file, header.HeardPart, SavedViewHeader.HeardOffset);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>What was written before the disk was full must not keep it full.</summary>
    private static void Discard(string unfinished)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Why it could not be written is being told already.
        }
    }
}
