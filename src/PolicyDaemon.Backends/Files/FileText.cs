using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PolicyDaemon.Backends.Files;

/// <summary>Reads a text file that somebody else writes, and tells when it may be half written.</summary>
internal static class FileText
{
    /// <summary>A larger one belongs in a database.</summary>
    public const int MaxOctets = 16 * 1024 * 1024;

    /// <summary>So many accounts or aliases need some hundred megabytes of memory.</summary>
    public const int MaxEntries = 200_000;

    /// <summary>What is said of a file with more.</summary>
    public const string TooMany = "one entry more than the 200000 that are read";

    /// <summary>A file that was changed later than this ago may be in the middle of being written.</summary>
    public static readonly TimeSpan StillFor = TimeSpan.FromMilliseconds(100);

    /// <summary>So long a last line that has no end may still get one.</summary>
    public static readonly TimeSpan UnfinishedFor = TimeSpan.FromSeconds(2);

    /// <summary>How long a file must be left alone until it has been so for <paramref name="limit"/>, in whole milliseconds; zero: it has.</summary>
    public static TimeSpan TimeLeft(FileStamp stamp, TimeProvider time, TimeSpan limit)
    {
        // Without an age: there is no file, or the clock was put back.
        var age = time.GetUtcNow().UtcDateTime - stamp.TouchedAt;
        if (stamp.Fault is not null || age < TimeSpan.Zero || age >= limit) return TimeSpan.Zero;

        // Task.Delay leaves parts of a millisecond away: who waited for one of them would ask again at once, over and over.
        return TimeSpan.FromMilliseconds(Math.Ceiling((limit - age).TotalMilliseconds));
    }

    /// <param name="fault">Behind the file's name.</param>
    public static bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? fault)
    {
        text = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var octets = new byte[(int)Math.Min(file.Length, MaxOctets) + 1];
            var length = file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            fault = length > MaxOctets ? "is larger than 16M"
                : length == octets.Length ? "grows while it is read"
                : null;
            if (fault is null) text = Encoding.UTF8.GetString(octets.AsSpan(0, length)).TrimStart('\uFEFF');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = exception is UnauthorizedAccessException ? "cannot be read: permission denied" : "cannot be read: input/output error";
        }

        return text is not null;
    }
}
