namespace PolicyDaemon.MailStack.Slapd;

/// <summary>What differs between two private slapds.</summary>
public sealed record SlapdOptions
{
    /// <summary>A single word: directory below the root of the stack, name of the process. Two servers of one stack need two names.</summary>
    public string Name { get; init; } = "ldap";

    /// <summary>The content before the first start, LDIF, parents first.</summary>
    public string Seed { get; init; } = TruenorthDirectory.Ldif;

    /// <summary>Whether the server offers RFC 4533 (overlay syncprov).</summary>
    public bool HasSyncProvider { get; init; } = true;
}
