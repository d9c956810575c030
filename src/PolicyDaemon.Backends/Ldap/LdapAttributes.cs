namespace PolicyDaemon.Backends.Ldap;

/// <summary>Which attribute of an entry holds which fact: the keys of <c>directory.ldap.attributes</c>.</summary>
/// <remarks>An optional one that is null is not asked for, and the fact counts as absent in every entry.</remarks>
public sealed record LdapAttributes
{
    /// <summary>SASL usernames; the first of them is the account's name.</summary>
    public IReadOnlyList<string> Login { get; init; } = ["uid"];

    /// <summary>The account's own addresses, the attribute with the main one first.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = ["mail"];

    public string? SendAllowed { get; init; }

    public string? AccountStatus { get; init; }

    /// <summary>Addresses and <c>@domain</c> that the account may send as besides its own.</summary>
    public string? SendAs { get; init; }

    /// <summary>Addresses and <c>@domain</c> that may write to the account's addresses.</summary>
    public string? AllowedSenders { get; init; }

    /// <summary>Limits of the account's own, one <c>name=number</c> per value.</summary>
    public string? Limits { get; init; }

    /// <summary>All of them, each once; the only attributes that are ever asked for.</summary>
    internal IReadOnlyList<string> All =>
        [.. Login.Concat(Addresses).Append(SendAllowed).Append(AccountStatus).Append(SendAs).Append(AllowedSenders).Append(Limits)
            .OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
}

/// <summary>Which value of <see cref="LdapAttributes.SendAllowed"/> means what; case does not count. Any other is neither.</summary>
public sealed record LdapValues
{
    /// <summary>RFC 4517 section 3.3.3 knows only this spelling; a string attribute may have others.</summary>
    public IReadOnlyList<string> True { get; init; } = ["TRUE"];

    public IReadOnlyList<string> False { get; init; } = ["FALSE"];
}
