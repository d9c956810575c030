using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PolicyDaemon.Configuration;

/// <summary>Where a webhook may be: what is sent tells of logins, so it goes encrypted or stays on this machine.</summary>
internal static class WebhookUrl
{
    public const string Expected = "an https:// URL without user and password, or http:// to this machine (127.0.0.1, [::1] or localhost)";

    /// <summary>Longer is no URL.</summary>
    private const int MaxLength = 4096;

    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? url)
    {
        url = null;
        if (text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var parsed)) return false;
        var isSafe = parsed.Scheme == Uri.UriSchemeHttps || (parsed.Scheme == Uri.UriSchemeHttp && parsed.IsLoopback);
        if (!isSafe || parsed.UserInfo.Length > 0 || parsed.Host.Length == 0) return false;
        url = parsed;
        return true;
    }

    /// <summary>The URL that a file holds, and nothing else but white space around it; null: none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Uri? Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[MaxLength + 1];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return TryParse(Encoding.UTF8.GetString(content, 0, length).Trim(), out var url) ? url : null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{file}: permission denied", exception);
        }
    }
}
