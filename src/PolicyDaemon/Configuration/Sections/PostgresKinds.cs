using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>Kinds of value that PostgreSQL has. They catch slips of the pen; the server has the last word.</summary>
internal static class PostgresKinds
{
    private const string ConnectionExpected = "a connection string without a password, such as Host=db1,db2;Username=policydaemon;Database=mail";

    /// <summary>
    /// One that is wrong is not shown: it may be wrong because of the password in it. Those passwords that are found in any value are not
    /// reported a second time here.
    /// </summary>
    public static readonly ValueKind<string> Connection = new(
        "connection string",
        ConnectionExpected,
        static text => text.Length == 0 || text.Any(char.IsControl) ? Parsed<string>.Bad()
            : !Secrets.IsSecretValue(text) && PostgresConnection.FindMistake(text) is { } mistake ? Parsed<string>.Bad($"{mistake}: expected {ConnectionExpected}")
            : Parsed<string>.Good(text),
        JsonText.Quote)
    {
        MayShow = static _ => false,
    };

    /// <summary>As <see cref="ValueKinds.SecretFile"/>, but not looked into: the daemon's own user need not be able to read it.</summary>
    public static readonly ValueKind<string> AdministratorsSecretFile = ValueKinds.SecretFile with
    {
        Parse = static text => text.StartsWith('/') ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
    };

    /// <remarks>pgsql_table(5), "query".</remarks>
    public static readonly ValueKind<string> Query = new(
        "query",
        "a query with %s, %u or %d where the key belongs, such as SELECT … WHERE email = '%s'",
        ParseQuery,
        JsonText.Quote);

    /// <summary>As <see cref="Query"/>, or nothing for what the tables do not have.</summary>
    public static readonly ValueKind<string> QueryOrNone = Query with
    {
        Expected = $"{Query.Expected}, or \"\" for none",
        Parse = static text => text.Length == 0 ? Parsed<string>.Good(text) : ParseQuery(text),
    };

    private static Parsed<string> ParseQuery(string text)
    {
        if (text.Length == 0) return Parsed<string>.Bad();
        try
        {
            LookupQuery.Parse(text);
            return Parsed<string>.Good(text);
        }
        catch (FormatException exception)
        {
            return Parsed<string>.Bad(exception.Message);
        }
    }
}
