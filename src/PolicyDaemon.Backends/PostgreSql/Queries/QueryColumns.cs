namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>The columns that a query may give, by name. A column that is not among them is a mistake: a flag that is misspelt would permit what it forbids.</summary>
/// <param name="Query">The query's name in the configuration.</param>
/// <param name="Required">The column without which a row says nothing.</param>
/// <param name="Kinds">What each column may hold.</param>
internal sealed record QueryColumns(string Query, string Required, IReadOnlyDictionary<string, ColumnKind> Kinds)
{
    public static readonly QueryColumns Domain = new("domain", "domain", new Dictionary<string, ColumnKind>
    {
        ["domain"] = ColumnKind.Text, ["enabled"] = ColumnKind.Flag, ["limits"] = ColumnKind.List, ["depends_on"] = ColumnKind.List,
    });

    public static readonly QueryColumns Account = ForAccounts("account");

    public static readonly QueryColumns Address = ForAccounts("address");

    public static readonly QueryColumns Alias = new("alias", "destination", new Dictionary<string, ColumnKind>
    {
        ["destination"] = ColumnKind.List, ["enabled"] = ColumnKind.Flag, ["depends_on"] = ColumnKind.List,
    });

    public static readonly QueryColumns AllowedSenders = new("allowedSenders", "sender", new Dictionary<string, ColumnKind>
    {
        ["sender"] = ColumnKind.List, ["depends_on"] = ColumnKind.List,
    });

    public static readonly QueryColumns Password = new("password", "password", new Dictionary<string, ColumnKind> { ["password"] = ColumnKind.Text });

    public static readonly QueryColumns Users = new("users", "login", new Dictionary<string, ColumnKind>
    {
        ["login"] = ColumnKind.Text, ["addresses"] = ColumnKind.List,
    });

    private static QueryColumns ForAccounts(string query) => new(query, "login", new Dictionary<string, ColumnKind>
    {
        ["login"] = ColumnKind.Text,
        ["addresses"] = ColumnKind.List,
        ["enabled"] = ColumnKind.Flag,
        ["send_allowed"] = ColumnKind.Flag,
        ["account_status"] = ColumnKind.Text,
        ["send_as"] = ColumnKind.List,
        ["limits"] = ColumnKind.List,
        ["quota_mb"] = ColumnKind.Amount,
        ["depends_on"] = ColumnKind.List,
    });
}

/// <summary>What a column may hold; each also NULL.</summary>
internal enum ColumnKind
{
    /// <summary>Text of any kind.</summary>
    Text,

    /// <summary>A boolean, a number or text: true, t, yes, y, on, 1, and their opposites.</summary>
    Flag,

    /// <summary>A whole number, or text that is one.</summary>
    Amount,

    /// <summary>An array of text, or text whose items are separated by commas or spaces.</summary>
    List,
}
