namespace PolicyDaemon.Backends.Passwords;

/// <summary>A system library that hashes passwords is not installed or failed. The message names the Debian package that has it.</summary>
public sealed class PasswordLibraryException : Exception
{
    public PasswordLibraryException()
    {
    }

    public PasswordLibraryException(string message)
        : base(message)
    {
    }

    public PasswordLibraryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
