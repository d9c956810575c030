using System.Runtime.InteropServices;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>MD4 of OpenSSL 3, which has it in its legacy provider: .NET has none.</summary>
internal static unsafe partial class LibCrypto
{
    public const int Md4Octets = 16;

    private const string File = "libcrypto.so.3";

    // A context of its own, so that what is old is offered to nobody else in this process.
    private static readonly Lazy<nint> Method = new(() =>
    {
        _ = PasswordLibrary.Load(File, "libssl3");
        var context = NewContext();
        var method = LoadProvider(context, "legacy") == 0 ? 0 : FetchMethod(context, "MD4", null);
        return method != 0 ? method : throw new PasswordLibraryException("OpenSSL has no MD4; on Debian 13 install the package openssl-provider-legacy");
    });

    /// <exception cref="PasswordLibraryException">The library or its legacy provider is missing.</exception>
    public static byte[] Md4(ReadOnlySpan<byte> text)
    {
        var method = Method.Value;
        var digest = new byte[Md4Octets];
        fixed (byte* start = text, output = digest)
        {
            if (Digest(start, (nuint)text.Length, output, null, method, 0) != 1) throw new PasswordLibraryException($"{File} cannot digest");
        }

        return digest;
    }

    [LibraryImport(File, EntryPoint = "OSSL_LIB_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(File, EntryPoint = "OSSL_PROVIDER_load", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint LoadProvider(nint context, string name);

    [LibraryImport(File, EntryPoint = "EVP_MD_fetch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FetchMethod(nint context, string name, string? properties);

    [LibraryImport(File, EntryPoint = "EVP_Digest")]
    private static partial int Digest(byte* text, nuint octets, byte* output, uint* outputOctets, nint method, nint engine);
}
