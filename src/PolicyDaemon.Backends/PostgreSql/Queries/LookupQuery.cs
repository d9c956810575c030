using System.Globalization;
using System.Text;

namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>
/// An administrator's query with <c>%s</c>, <c>%u</c> and <c>%d</c> as Postfix knows them. What is looked up never becomes text of the
/// statement: every use is a bind parameter.
/// </summary>
/// <remarks>
/// pgsql_table(5), "query". Each use has a parameter of its own and no type, so that the server takes the type from the place, as it
/// does with the quoted text that Postfix would put there.
/// </remarks>
public sealed class LookupQuery
{
    /// <summary>Longest query that is read, in characters.</summary>
    public const int MaxLength = 32 * 1024;

    private readonly IReadOnlyList<string> code;
    private readonly IReadOnlyList<IReadOnlyList<ValuePart>> values;
    private readonly bool needsLocalpart;
    private readonly bool needsDomain;

    /// <param name="code">The text around the parameters: one more than there are.</param>
    internal LookupQuery(string text, IReadOnlyList<string> code, IReadOnlyList<IReadOnlyList<ValuePart>> values)
    {
        Text = text;
        this.code = code;
        this.values = values;
        needsLocalpart = values.Any(parts => parts.Any(part => part.Part == KeyPart.Localpart));
        needsDomain = values.Any(parts => parts.Any(part => part.Part == KeyPart.Domain));
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    internal int Parameters => values.Count;

    /// <summary>Whether there are keys that it has no answer for and is not asked about: <c>@domain</c> by <c>%u</c>, a bare name by <c>%d</c>.</summary>
    internal bool IsPartial => needsLocalpart || needsDomain;

    /// <summary>Reads a query.</summary>
    /// <exception cref="FormatException">It cannot be one; the message says where and why.</exception>
    public static LookupQuery Parse(string text) => new QueryScanner(text).Scan();

    internal bool Answers(LookupKey key) => (key.HasLocalpart || !needsLocalpart) && (key.HasDomain || !needsDomain);

    /// <summary>The statement, whose parameters are <c>$first</c> and those after it.</summary>
    internal string Write(int first)
    {
        var sql = new StringBuilder(code[0]);
        for (var i = 0; i < Parameters; i++) sql.Append(CultureInfo.InvariantCulture, $" ${first + i} ").Append(code[i + 1]);
        return sql.ToString();
    }

    /// <summary>The values of the parameters, in their order.</summary>
    internal IEnumerable<string> Bind(LookupKey key)
    {
        foreach (var parts in values) yield return parts is [var only] ? Read(only, key) : string.Concat(parts.Select(part => Read(part, key)));
    }

    private static string Read(ValuePart part, LookupKey key) => part.Part switch
    {
        KeyPart.Whole => key.Whole,
        KeyPart.Localpart => key.Localpart,
        KeyPart.Domain => key.Domain,
        _ => part.Text,
    };
}
