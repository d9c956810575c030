using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Configuration.Sections;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Tests.Daemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary><c>docs/configuration.md</c> says what the code does: keys, types, defaults, and examples that work.</summary>
public sealed partial class ConfigurationDocumentationTests : IDisposable
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "configuration.md"));

    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_key_is_listed_once_and_every_listed_key_exists() =>
        Assert.Equal(Known().Select(key => key.Name).Order(StringComparer.Ordinal), Rows().Select(row => row.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void Types_and_defaults_are_those_of_the_code()
    {
        var rows = Rows().ToDictionary(row => row.Key, StringComparer.Ordinal);

        Assert.All(Known(), key => Assert.Equal((key.Name, key.Kind, DefaultOf(key)), (key.Name, rows[key.Name].Kind, rows[key.Name].Default)));
    }

    [Fact]
    public void Examples_of_all_keys_together_are_a_good_configuration()
    {
        var configuration = new JsonObject();

        // Of a webhook and the file with its URL there can be one.
        foreach (var row in Rows().Where(row => row.Example.Length > 0 && row.Key != "notify.webhook")) Place(configuration, row.Key, JsonNode.Parse(row.Example)!);

        var loaded = folder.Load(folder.WithFilesOfThisTest(configuration.ToJsonString()));

        Assert.Empty(loaded.Errors);
        Assert.Empty(loaded.Warnings);
    }

    [Fact]
    public void Every_configuration_on_the_page_is_a_good_one()
    {
        var blocks = CodeBlock().Matches(Page).Select(match => match.Groups["text"].Value).ToList();

        Assert.True(blocks.Count >= 3);
        Assert.All(blocks, block => Assert.Empty(folder.Load(folder.WithFilesOfThisTest(block)).Errors));
    }

    private IReadOnlyList<KnownKey> Known() => folder.Load("{}").Keys;

    private static string DefaultOf(KnownKey key) =>
        key.Name == "node" ? "the host's name" : key.IsRequired ? "required" : key.Default is null ? "none" : $"`{key.Default}`";

    private static IEnumerable<Row> Rows() => KeyRow().Matches(Page)
        .Select(match => new Row(match.Groups["key"].Value, match.Groups["kind"].Value, match.Groups["default"].Value, match.Groups["example"].Value.Trim('`')))
        .SelectMany(row => row.Key.Contains("CHECK", StringComparison.Ordinal) ? ChecksSection.WithSection.Select(check => row.Of(check)) : [row])
        .Where(row => row.Key != "overrides[].checks.sendingBlock.reply" && !row.Key.StartsWith("overrides[].checks.storage.", StringComparison.Ordinal));

    /// <summary>Puts a value where its documented name says; a list of sections gets one element.</summary>
    private static void Place(JsonObject section, string key, JsonNode value)
    {
        var names = key.Replace("*", "suspended", StringComparison.Ordinal).Split('.');
        foreach (var name in names[..^1])
        {
            var isList = name.EndsWith("[]", StringComparison.Ordinal);
            var plain = isList ? name[..^2] : name;
            if (section[plain] is null) section[plain] = isList ? new JsonArray(new JsonObject()) : new JsonObject();
            section = (isList ? section[plain]![0] : section[plain])!.AsObject();
        }

        section[names[^1]] = value;
    }

    private sealed record Row(string Key, string Kind, string Default, string Example)
    {
        public Row Of(CheckName check) => this with { Key = Key.Replace("CHECK", ValueKinds.Word(check), StringComparison.Ordinal) };
    }

    /// <summary>key, type, default, example, meaning.</summary>
    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| (?<kind>[^|]+) \| (?<default>[^|]+) \| (?<example>`[^|]+`)? ?\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyRow();

    [GeneratedRegex(@"```jsonc\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlock();
}
