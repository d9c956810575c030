namespace PolicyDaemon.Backends.Passwords;

/// <summary>How the data of a scheme is written when its name does not say.</summary>
internal enum StoredEncoding
{
    Text,
    Base64,

    /// <summary>Either; the length tells which, since the number of octets is fixed (Dovecot 2.3.19 password-scheme.c, password_decode).</summary>
    HexOrBase64,
}
