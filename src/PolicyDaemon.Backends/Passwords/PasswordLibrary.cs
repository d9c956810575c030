using System.Runtime.InteropServices;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>Loads the system's libraries, so that a missing one is an answer and not a crash in the middle of a login.</summary>
internal static class PasswordLibrary
{
    /// <exception cref="PasswordLibraryException">It is not installed.</exception>
    public static nint Load(string file, string debianPackage) => NativeLibrary.TryLoad(file, out var handle)
        ? handle
        : throw new PasswordLibraryException($"{file} is missing; on Debian install the package {debianPackage}");
}
