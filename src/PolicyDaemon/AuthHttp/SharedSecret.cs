using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace PolicyDaemon.AuthHttp;

/// <summary>What a request must have in its header for us to look at it. Compared in constant time, and shown by nothing.</summary>
internal sealed class SharedSecret
{
    /// <summary>The header that Dovecot uses for <c>auth_policy_server_api_header</c> where that names none.</summary>
    public const string Header = "X-API-Key";

    public const string Expected = "16 to 256 printable characters without a blank";

    private readonly byte[] digest;

    private SharedSecret(string secret) => digest = SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    /// <summary>The secret that a file holds, and nothing else but an end of line behind it; null: none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SharedSecret? TryRead(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[MaxLength + 3];
            var text = Encoding.Latin1.GetString(content, 0, stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)).TrimEnd('\r', '\n');
            return text.Length is >= MinLength and <= MaxLength && text.All(static character => character is > ' ' and <= '~') ? new SharedSecret(text) : null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{file}: permission denied", exception);
        }
    }

    /// <summary>As <see cref="TryRead"/>, for a file in which a secret was found before.</summary>
    /// <exception cref="IOException">It cannot be read, or holds none any more.</exception>
    public static SharedSecret Read(string file) => TryRead(file) ?? throw new IOException($"{file}: expected {Expected}");

    public bool Matches(StringValues given) =>
        given is [{ } only] && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(only)), digest);

    private const int MinLength = 16;

    private const int MaxLength = 256;
}
