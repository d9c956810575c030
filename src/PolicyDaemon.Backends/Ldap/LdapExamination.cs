namespace PolicyDaemon.Backends.Ldap;

/// <summary>What can be seen of one LDAP server in the daemon's own rights, by somebody who looks for what is wrong.</summary>
/// <param name="Url">As the administrator wrote it.</param>
public sealed record LdapExamination(string Url)
{
    /// <summary>Why it could not be asked, a private sentence; null: it could, and only then is anything else known.</summary>
    public string? Unreachable { get; init; }

    /// <summary>When the certificate that it shows ends; null: there is no TLS.</summary>
    public DateTimeOffset? CertificateEnds { get; init; }

    /// <summary>Why the accounts cannot be read, a private sentence; null: they can.</summary>
    public string? SearchFault { get; init; }

    /// <summary>No entry below the base is an account, for our eyes.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Why changes are not sent (RFC 4533), a private sentence; null: they are.</summary>
    public string? SyncFault { get; init; }

    /// <summary>The server gives us only so many entries.</summary>
    public bool IsLimited { get; init; }

    /// <summary>And there are more already.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>We may read <c>userPassword</c>.</summary>
    public bool ShowsPasswords { get; init; }

    /// <summary>Everybody may, without a name.</summary>
    public bool ShowsPasswordsToAll { get; init; }
}
