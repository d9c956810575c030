namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>A stored password, read and found to be within limits.</summary>
internal interface IVerifier
{
    /// <summary>Whether this is the password; takes as long whether it is or not.</summary>
    /// <param name="password">As <see cref="Engine.Authentication.Password.IsUsable"/> has it.</param>
    /// <exception cref="PasswordLibraryException">A library is missing or failed: whether it is the password is not known.</exception>
    bool Verify(ReadOnlySpan<byte> password);
}
