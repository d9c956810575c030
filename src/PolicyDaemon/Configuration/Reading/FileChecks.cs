using System.Globalization;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>What can be said about a file before it is needed.</summary>
internal static class FileChecks
{
    private const int MaxSecretBytes = 4096;

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

    /// <summary>
    /// Whether there certainly is no such file. One that cannot be looked at is not absent: to go on without a configuration that is
    /// there would be to go on with other rules.
    /// </summary>
    public static bool IsAbsent(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Why what is in the file is no secret; null: it may be one. The text never shows it.</summary>
    public static string? FindSecretFault(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var content = new byte[MaxSecretBytes + 1];
        var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        var secret = content.AsSpan(0, length).TrimEnd("\r\n"u8);
        return length > MaxSecretBytes ? string.Create(CultureInfo.InvariantCulture, $"is longer than {MaxSecretBytes} octets")
            : secret.IsEmpty ? "is empty"
            : secret.Contains((byte)'\n') ? "has more than one line"
            : null;
    }

    /// <summary>Whether users other than its owner and group may read the file.</summary>
    public static bool CanOthersRead(string path) => HasMode(path, UnixFileMode.OtherRead);

    /// <summary>Whether users other than its owner and group may change the file.</summary>
    public static bool CanOthersWrite(string path) => HasMode(path, UnixFileMode.OtherWrite);

    /// <summary>The cause in a few words, without the path, which the message shows already.</summary>
    public static string Describe(Exception exception) =>
        exception is UnauthorizedAccessException ? "permission denied" : "input/output error";

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
