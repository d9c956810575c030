namespace PolicyDaemon.Configuration.Reading;

/// <summary>What can be said about a file before it is needed.</summary>
internal static class FileChecks
{
    /// <summary>Why the file cannot be used, behind "this file"; null: it can be read.</summary>
    public static string? FindFault(string path)
    {
        if (System.IO.Directory.Exists(path)) return "is a directory";
        if (!File.Exists(path)) return "does not exist";
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {Describe(exception)}";
        }
    }

    /// <summary>Whether users other than its owner and group may read the file.</summary>
    public static bool CanOthersRead(string path) => HasMode(path, UnixFileMode.OtherRead);

    /// <summary>Whether users other than its owner and group may change the file.</summary>
    public static bool CanOthersWrite(string path) => HasMode(path, UnixFileMode.OtherWrite);

    /// <summary>The cause in a few words, without the path, which the message shows already.</summary>
    public static string Describe(Exception exception) => exception is UnauthorizedAccessException ? "permission denied" : "input/output error";

    private static bool HasMode(string path, UnixFileMode mode)
    {
        try
        {
            return !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(mode);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
