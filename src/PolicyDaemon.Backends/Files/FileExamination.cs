using System.Text;
using PolicyDaemon.Backends.Passwords.Verifiers;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Files;

/// <summary>What can be said of the files of a directory before it is asked.</summary>
public static class FileExamination
{
    /// <summary>Whether passwords of this scheme are checked here; case does not count.</summary>
    public static bool IsScheme(string name) => VerifierTable.Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <param name="origin">See <see cref="AddressNormalizer.Origin"/>.</param>
    /// <returns>Null, or what is wrong, behind the file's name; nothing of a password.</returns>
    public static string? FindPasswdFault(string path, FileDirectoryOptions options, string? origin) =>
        FindFault(path, text => new PasswdText(options, new AddressNormalizer("", origin)).Read(text, path, out var fault) is null ? fault : null);

    /// <inheritdoc cref="FindPasswdFault"/>
    public static string? FindAliasFault(string path, string? origin) =>
        FindFault(path, text => new AliasText(new AddressNormalizer("", origin)).Read(text, path, out var fault) is null ? fault : null);

    private static string? FindFault(string path, Func<string, string?> examine)
    {
        if (FileStamp.Of(Encoding.UTF8.GetBytes(path + '\0')).Fault is { } absence) return absence;
        return FileText.TryRead(path, out var text, out var fault) ? examine(text) : fault;
    }
}
