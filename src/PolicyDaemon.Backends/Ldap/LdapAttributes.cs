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

    /// <summary>The number of the system user that owns the account's mail.</summary>
    public string? UserdbUid { get; init; }

    /// <inheritdoc cref="UserdbUid"/>
    public string? UserdbGid { get; init; }

    /// <summary>The directory of the account, an absolute path.</summary>
    public string? UserdbHome { get; init; }

    /// <summary>Where its mail is: <c>maildir:~/Maildir</c>.</summary>
    public string? UserdbMail { get; init; }

    /// <summary>How much its mailbox holds: <c>2G</c>, or a number of <see cref="LdapValues.QuotaUnit"/>.</summary>
    public string? UserdbQuota { get; init; }

    /// <summary>Those that say where a mailbox is.</summary>
    internal IReadOnlyList<string?> Userdb => [UserdbUid, UserdbGid, UserdbHome, UserdbMail, UserdbQuota];

    /// <summary>All of them, each once; the only attributes that are ever asked for.</summary>
    internal IReadOnlyList<string> All =>
        [.. Login.Concat(Addresses).Append(SendAllowed).Append(AccountStatus).Append(SendAs).Append(AllowedSenders).Append(Limits).Concat(Userdb)
            .OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
}

/// <summary>What values mean: those of <see cref="LdapAttributes.SendAllowed"/>, where case does not count and any other is neither, and quotas.</summary>
public sealed record LdapValues
{
    /// <summary>RFC 4517 section 3.3.3 knows only this spelling; a string attribute may have others.</summary>
    public IReadOnlyList<string> True { get; init; } = ["TRUE"];

    public IReadOnlyList<string> False { get; init; } = ["FALSE"];

    /// <summary>What a number of <see cref="LdapAttributes.UserdbQuota"/> without a unit counts: B, K, M, G or T.</summary>
    public char QuotaUnit { get; init; } = 'B';
}
