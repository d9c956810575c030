using System.Text.Json;
using System.Text.RegularExpressions;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>What docs/postgresql-schemas.md tells an administrator to write for another program's tables.</summary>
/// <param name="Statements">To be run by the owner of the tables.</param>
internal sealed partial record DocumentedSchema(DirectoryQueries Queries, string Statements)
{
    public static DocumentedSchema Read(string program)
    {
        string page = File.ReadAllText(Checkout.PathOf("docs", "postgresql-schemas.md"));
        string section = page[page.IndexOf($"\n## {program}\n", StringComparison.Ordinal)..];
        Match blocks = Blocks().Match(section);
        using JsonDocument json = JsonDocument.Parse($"{{{blocks.Groups["queries"].Value}}}");
        JsonElement queries = json.RootElement.GetProperty("queries");
        DirectoryQueries defaults = new();
        return new(
            new DirectoryQueries
            {
                Domain = LookupQuery.Parse(queries.GetProperty("domain").GetString()!),
                Account = LookupQuery.Parse(queries.GetProperty("account").GetString()!),
                Address = LookupQuery.Parse(queries.GetProperty("address").GetString()!),
                Alias = LookupQuery.Parse(queries.GetProperty("alias").GetString()!),
                AllowedSenders = queries.TryGetProperty("allowedSenders", out JsonElement senders) ? LookupQuery.Parse(senders.GetString()!) : defaults.AllowedSenders,
                Password = LookupQuery.Parse(queries.GetProperty("password").GetString()!),
                Users = LookupQuery.Parse(queries.GetProperty("users").GetString()!),
            },
            blocks.Groups["sql"].Value);
    }

    [GeneratedRegex(@"```jsonc\n(?<queries>.*?)```.*?```sql\n(?<sql>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
