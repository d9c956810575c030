using System.Text.Json.Nodes;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration;

/// <summary>Shows the configuration in its own language. Secrets are in files, and only the files' names are shown.</summary>
internal static class ConfigurationPrinter
{
    /// <summary>What is set, from wherever, in JSON; values in their normal spelling.</summary>
    public static string PrintSet(LoadedConfiguration configuration)
    {
        var settings = configuration.Readings.Select(reading => (Path: reading.Path.Split(':'), reading.Json)).ToList();
        var lists = configuration.Keys.Where(key => key.Kind == KnownKey.ListOfSections).Select(key => key.Name);
        var root = settings.Count == 0 ? new JsonObject() : Gather(settings, 0, lists.ToHashSet(StringComparer.Ordinal))!;
        return root.ToJsonString(JsonText.Readable) + "\n";
    }

    /// <summary>
    /// Every key there is. Keys with a default have it; the others, and those of sections and list elements that count only when they are
    /// written, are comments: the whole page is a configuration, and it does what none at all does.
    /// </summary>
    public static string PrintDefaults(LoadedConfiguration configuration) => DefaultsPage.Print(configuration.Keys);

    /// <param name="lists">Names, as documented, of the sections that are elements of a list.</param>
    private static JsonNode? Gather(List<(string[] Path, string Json)> settings, int depth, HashSet<string> lists)
    {
        if (settings[0].Path.Length == depth) return JsonNode.Parse(settings[0].Json);
        var members = settings
            .GroupBy(setting => setting.Path[depth], StringComparer.OrdinalIgnoreCase)
            .Select(group => KeyValuePair.Create(group.Key, Gather([.. group], depth + 1, lists)))
            .ToList();
        return lists.Contains(string.Join('.', settings[0].Path[..depth]))
            ? new JsonArray([.. members.Select(member => member.Value)])
            : new JsonObject(members);
    }
}
