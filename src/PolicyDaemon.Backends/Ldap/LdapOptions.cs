namespace PolicyDaemon.Backends.Ldap;

/// <summary>How to reach the LDAP servers and what to look for there: the section <c>directory.ldap</c> of the configuration.</summary>
public sealed record LdapOptions
{
    /// <summary>The servers, the preferred one first; all hold the same entries. At least one.</summary>
    public required IReadOnlyList<LdapUrl> Urls { get; init; }

    /// <summary>On <c>ldap://</c> connections nothing is said before TLS is on; a server that cannot is not used.</summary>
    public bool StartTls { get; init; }

    /// <summary>PEM, one or more certificates: the only authorities trusted to name a server. Null: the system's. Re-read for each connection.</summary>
    public string? CaFile { get; init; }

    /// <summary>Who asks. Null: anonymous.</summary>
    public string? BindDn { get; init; }

    /// <summary>
    /// Its content is the password; one newline at the end does not count. Re-read for each connection, so that a changed
    /// password needs no restart.
    /// </summary>
    public string? BindPasswordFile { get; init; }

    public required string BaseDn { get; init; }

    /// <summary>Which entries below the base are accounts; an entry it does not match does not exist for us.</summary>
    public LdapFilter Filter { get; init; } = LdapFilter.Present("objectClass");

    public LdapAttributes Attributes { get; init; } = new();

    public LdapValues Values { get; init; } = new();

    /// <summary>How long one server may take for one answer, connecting included, before the next one is asked. At least 10 ms.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long TCP, TLS and bind may take together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections to each server. One carries any number of questions at once; a second one only helps where one loses packets.</summary>
    public int Connections { get; init; } = 1;
}
