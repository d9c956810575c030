using System.Runtime.InteropServices;
using System.Text;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>Argon2 of libsodium, which Dovecot itself uses. Thread-safe once it is initialized.</summary>
internal static unsafe partial class LibSodium
{
    private const string File = "libsodium.so.23";

    /// <summary>crypto_pwhash_STRBYTES, with the NUL.</summary>
    private const int HashBytes = 128;

    /// <summary>Longest hash that the library reads.</summary>
    public const int MaxHashLength = HashBytes - 1;

    /// <summary>EINVAL, errno(3): what the library leaves behind for a wrong password, and for nothing else that can happen to a readable hash.</summary>
    private const int Mismatch = 22;

    /// <summary>crypto_pwhash_ALG_ARGON2ID13.</summary>
    private const int Argon2Id = 2;

    private static readonly Lazy<bool> Initialized = new(() =>
    {
        _ = PasswordLibrary.Load(File, "libsodium23");
        return Initialize() >= 0 ? true : throw new PasswordLibraryException($"{File} cannot be initialized");
    });

    /// <summary>A new hash in the PHC string format.</summary>
    /// <exception cref="PasswordLibraryException">The library is missing, or there is not enough memory.</exception>
    public static string Hash(ReadOnlySpan<byte> password, ulong passes, nuint memoryBytes)
    {
        _ = Initialized.Value;
        Span<byte> output = stackalloc byte[HashBytes];
        fixed (byte* start = output, passwordStart = password)
        {
            if (HashToString(start, passwordStart, (ulong)password.Length, passes, memoryBytes, Argon2Id) != 0)
            {
                throw new PasswordLibraryException($"{File} has not got the memory for ARGON2ID");
            }
        }

        return Encoding.ASCII.GetString(output[..output.IndexOf((byte)0)]);
    }

    /// <param name="hash">In the PHC string format, ASCII, no longer than <see cref="MaxHashLength"/>.</param>
    /// <exception cref="PasswordLibraryException">The library is missing, or there is not enough memory: nothing is said of the password.</exception>
    public static bool Verify(ReadOnlySpan<byte> password, string hash)
    {
        _ = Initialized.Value;
        Span<byte> padded = stackalloc byte[HashBytes];
        padded.Clear();
        Encoding.ASCII.GetBytes(hash, padded);
        fixed (byte* start = padded, passwordStart = password)
        {
            if (VerifyString(start, passwordStart, (ulong)password.Length) == 0) return true;
            return Marshal.GetLastPInvokeError() == Mismatch ? false : throw new PasswordLibraryException($"{File} cannot read this hash, or has not got the memory for it");
        }
    }

    [LibraryImport(File, EntryPoint = "sodium_init")]
    private static partial int Initialize();

    [LibraryImport(File, EntryPoint = "crypto_pwhash_str_alg")]
    private static partial int HashToString(byte* output, byte* password, ulong passwordBytes, ulong passes, nuint memoryBytes, int algorithm);

    [LibraryImport(File, EntryPoint = "crypto_pwhash_str_verify", SetLastError = true)]
    private static partial int VerifyString(byte* hash, byte* password, ulong passwordBytes);
}
