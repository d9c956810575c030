namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>What is looked up, and the parts of it that a query can name.</summary>
/// <remarks>pgsql_table(5), "query".</remarks>
internal readonly struct LookupKey(string text)
{
    private readonly int at = text.LastIndexOf('@');

    /// <summary><c>%s</c>.</summary>
    public string Whole => text;

    /// <summary><c>%u</c>: what stands before the last <c>@</c>, or all of it where there is none.</summary>
    public string Localpart => at < 0 ? text : text[..at];

    /// <summary><c>%d</c>: what stands after the last <c>@</c>.</summary>
    public string Domain => text[(at + 1)..];

    public bool HasLocalpart => at != 0;

    public bool HasDomain => at >= 0;
}
