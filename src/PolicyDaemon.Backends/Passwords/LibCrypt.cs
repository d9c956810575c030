using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>crypt(3) of the system (libxcrypt): thread-safe, for every call has memory of its own.</summary>
internal static unsafe partial class LibCrypt
{
    private const string File = "libcrypt.so.1";

    /// <summary>sizeof(struct crypt_data), crypt(3).</summary>
    private const int DataBytes = 32768;

    /// <summary>CRYPT_GENSALT_OUTPUT_SIZE, crypt_gensalt(3).</summary>
    private const int SettingBytes = 192;

    private const int SaltBytes = 16;

    /// <summary>ENOMEM, errno(3).</summary>
    private const int OutOfMemory = 12;

    private static readonly Lazy<nint> Library = new(() => PasswordLibrary.Load(File, "libcrypt1"));

    /// <summary>A new hash.</summary>
    /// <param name="prefix">What stands in front of the salt: <c>$6$</c>.</param>
    /// <param name="cost">Rounds, or the logarithm of them for bcrypt.</param>
    /// <exception cref="PasswordLibraryException">The library is missing or refuses.</exception>
    public static string Hash(ReadOnlySpan<byte> password, string prefix, uint cost)
    {
        _ = Library.Value;
        Span<byte> salt = stackalloc byte[SaltBytes];
        RandomNumberGenerator.Fill(salt);
        Span<byte> setting = stackalloc byte[SettingBytes];
        fixed (byte* saltStart = salt, settingStart = setting)
        {
            if (GenerateSalt(prefix, new CULong(cost), saltStart, salt.Length, settingStart, setting.Length) is null)
            {
                throw new PasswordLibraryException($"{File} cannot make a salt for {prefix}");
            }
        }

        var text = Encoding.ASCII.GetString(setting[..setting.IndexOf((byte)0)]);
        return Crypt(password, text) ?? throw new PasswordLibraryException($"{File} cannot hash with {prefix}");
    }

    /// <summary>The password hashed as <paramref name="setting"/>, a hash or its beginning, says; null when the library refuses.</summary>
    /// <param name="password">Without NUL, which would end it.</param>
    /// <exception cref="PasswordLibraryException">The library is missing, or there is not enough memory: nothing is said of the password.</exception>
    public static string? Crypt(ReadOnlySpan<byte> password, string setting)
    {
        _ = Library.Value;
        Span<byte> phrase = stackalloc byte[PasswordHash.MaxPasswordBytes + 1];
        phrase.Clear();
        password.CopyTo(phrase);
        var data = (byte*)NativeMemory.AllocZeroed(DataBytes);
        try
        {
            fixed (byte* phraseStart = phrase)
            {
                var result = CryptReentrant(phraseStart, setting, data, DataBytes);
                if (result is null && Marshal.GetLastPInvokeError() == OutOfMemory) throw new PasswordLibraryException($"{File} has not got the memory for this hash");
                var text = result is null ? null : Marshal.PtrToStringUTF8((nint)result);

                // A failure token begins with an asterisk, crypt(3).
                return text is null or ['*', ..] ? null : text;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(phrase);
            CryptographicOperations.ZeroMemory(new Span<byte>(data, DataBytes));
            NativeMemory.Free(data);
        }
    }

    [LibraryImport(File, EntryPoint = "crypt_rn", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* CryptReentrant(byte* phrase, string setting, byte* data, int size);

    [LibraryImport(File, EntryPoint = "crypt_gensalt_rn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* GenerateSalt(string prefix, CULong count, byte* random, int randomBytes, byte* output, int outputBytes);
}
