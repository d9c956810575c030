namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>
/// What is asked of the tables of domains and mailboxes: the section <c>directory.postgres.queries</c> of the configuration. The
/// defaults read <c>virtual_domains</c>, <c>virtual_users</c>, <c>virtual_aliases</c> and the tables of the schema <c>policydaemon</c>.
/// </summary>
/// <remarks>Which columns each may give, <see cref="QueryColumns"/> says. In the order of a question's costs all of them that one question needs are one statement.</remarks>
public sealed record DirectoryQueries
{
    private const string DefaultDomain = """
        SELECT d.name AS domain, d.enabled,
            ARRAY(SELECT l.limit_name || '=' || l.amount FROM policydaemon.limit_overrides l WHERE l.login = '@' || d.name) AS limits
        FROM virtual_domains d
        WHERE d.name = '%s'
        """;

    private const string DefaultAccount = """
        SELECT u.email AS login, u.enabled AND d.enabled AS enabled, s.send_allowed, s.account_status, u.quota_mb,
            ARRAY(SELECT r.address FROM policydaemon.sender_rights r WHERE r.login = u.email ORDER BY 1) AS send_as,
            ARRAY(SELECT l.limit_name || '=' || l.amount FROM policydaemon.limit_overrides l WHERE l.login = u.email) AS limits,
            d.name AS depends_on
        FROM virtual_users u
            LEFT JOIN virtual_domains d ON d.id = u.domain_id
            LEFT JOIN policydaemon.account_states s ON s.login = u.email
        WHERE u.email = '%s'
        """;

    private const string DefaultAlias = """
        SELECT a.destination, d.enabled, d.name AS depends_on
        FROM virtual_aliases a LEFT JOIN virtual_domains d ON d.id = a.domain_id
        WHERE a.source = '%s'
        """;

    private const string DefaultUsers = "SELECT u.email AS login FROM virtual_users u WHERE u.email > '%s' ORDER BY u.email LIMIT 1000";

    public static readonly DirectoryQueries Default = new();

    /// <summary>By a domain: whether it is ours, and its own amounts of limits. <c>%s</c> is the domain.</summary>
    public LookupQuery Domain { get; init; } = LookupQuery.Parse(DefaultDomain);

    /// <summary>By a login: the account. <c>%s</c> is the login.</summary>
    public LookupQuery Account { get; init; } = LookupQuery.Parse(DefaultAccount);

    /// <summary>By an address, or <c>@domain</c>: the accounts that have it as their own. <c>%s</c> is the address.</summary>
    public LookupQuery Address { get; init; } = LookupQuery.Parse(DefaultAccount);

    /// <summary>By an address, or <c>@domain</c>: where an alias of this name leads. <c>%s</c> is the address. Null: there are no aliases.</summary>
    public LookupQuery? Alias { get; init; } = LookupQuery.Parse(DefaultAlias);

    /// <summary>By an address: who may write to it. <c>%s</c> is the address. Null: everyone.</summary>
    public LookupQuery? AllowedSenders { get; init; } =
        LookupQuery.Parse("SELECT sender FROM policydaemon.recipient_rules WHERE recipient = '%s'");

    /// <summary>By a login: its password as it is stored. <c>%s</c> is the login. Null: these tables have no passwords.</summary>
    public LookupQuery? Password { get; init; } = LookupQuery.Parse("SELECT password FROM virtual_users WHERE email = '%s'");

    /// <summary>The next accounts, in their order, behind the login <c>%s</c>, which is empty for the first: a page of them. Null: they cannot be listed.</summary>
    public LookupQuery? Users { get; init; } = LookupQuery.Parse(DefaultUsers);
}
