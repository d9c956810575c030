using PolicyDaemon.Engine;

namespace PolicyDaemon.Configuration;

/// <summary>Who and what is ours, and which sources know it. At least one source is there.</summary>
internal sealed record DirectoryOptions
{
    /// <summary>Normalized.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>The characters of Postfix's <c>recipient_delimiter</c>; empty: no tags.</summary>
    public required string RecipientDelimiter { get; init; }

    /// <summary>What Postfix appends to an address without a domain (<c>myorigin</c>), normalized; null: such addresses are not understood.</summary>
    public required string? Origin { get; init; }

    /// <summary>The source that owns people; null: the sources are equal.</summary>
    public required string? Identity { get; init; }

    /// <summary>Files in the form of aliases(5) or virtual(5) with addresses that only Postfix knows.</summary>
    public required IReadOnlyList<string> ExtraRecipients { get; init; }

    /// <summary>Null: no LDAP server is asked.</summary>
    public required LdapSourceOptions? Ldap { get; init; }

    /// <summary>Null: the SQLite file is no directory.</summary>
    public required SqliteSourceOptions? Sqlite { get; init; }

    /// <summary>Account status to rights, without regard to case.</summary>
    public required IReadOnlyDictionary<string, Rights> AccountStatuses { get; init; }

    /// <summary>What an account may do about which the send attribute is not there.</summary>
    public required WhenAbsent WhenAbsent { get; init; }
}

internal enum WhenAbsent
{
    Permit,
    Refuse,
}

/// <param name="Path">Absolute.</param>
internal sealed record SqliteSourceOptions(string Path);

internal sealed record LdapSourceOptions
{
    /// <summary><c>ldap://</c> or <c>ldaps://</c> with host and perhaps port, the preferred server first.</summary>
    public required IReadOnlyList<Uri> Urls { get; init; }

    public required bool StartTls { get; init; }

    /// <summary>Certificates (PEM) that servers are checked against; null: those that the system trusts.</summary>
    public required string? CaFile { get; init; }

    /// <summary>Null: anonymous.</summary>
    public required string? BindDn { get; init; }

    /// <summary>The password is the first line of this file.</summary>
    public required string? BindPasswordFile { get; init; }

    public required string BaseDn { get; init; }

    /// <summary>Every question is limited to entries that match it.</summary>
    public required string Filter { get; init; }

    public required LdapMode Mode { get; init; }

    /// <summary>How long the last known value counts while no server answers; zero: not at all.</summary>
    public required TimeSpan StaleFor { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>Most connections to one server.</summary>
    public required int Connections { get; init; }

    public required LdapAttributeOptions Attributes { get; init; }
}

internal enum LdapMode
{
    /// <summary>Servers are asked for every transaction.</summary>
    Lookup,
}

/// <summary>Which attribute holds what; null: none does.</summary>
internal sealed record LdapAttributeOptions
{
    public required string Login { get; init; }

    /// <summary>The main address first.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    public required string? SendAllowed { get; init; }

    public required string? AccountStatus { get; init; }

    public required string? SendAs { get; init; }

    public required string? AllowedSenders { get; init; }

    /// <summary>Values <c>limit-name=number</c>.</summary>
    public required string? Limits { get; init; }
}
