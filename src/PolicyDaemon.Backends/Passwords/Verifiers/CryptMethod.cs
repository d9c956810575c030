namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>The methods of crypt(5) that are used for passwords of mail users.</summary>
[Flags]
internal enum CryptMethod
{
    None = 0,
    Sha512 = 1,
    Sha256 = 2,
    Bcrypt = 4,
    Md5 = 8,
    Des = 16,

    /// <summary>With gost-yescrypt.</summary>
    Yescrypt = 32,
    Scrypt = 64,
    All = Sha512 | Sha256 | Bcrypt | Md5 | Des | Yescrypt | Scrypt,
}
