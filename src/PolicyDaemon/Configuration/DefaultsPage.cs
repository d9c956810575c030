using System.Text;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration;

/// <summary>Writes all keys as one commented configuration. See <see cref="ConfigurationPrinter.PrintDefaults"/>.</summary>
internal sealed class DefaultsPage
{
    private readonly IReadOnlyList<KnownKey> keys;
    private readonly StringBuilder page = new();

    private DefaultsPage(IReadOnlyList<KnownKey> keys) => this.keys = keys;

    public static string Print(IReadOnlyList<KnownKey> keys)
    {
        var defaults = new DefaultsPage(keys);
        defaults.page.Append("{\n");
        defaults.PrintMembers("", 1, null);
        return defaults.page.Append("}\n").ToString();
    }

    /// <param name="section">Its name and a dot, or nothing for the whole.</param>
    /// <param name="commentDepth">Where the comment that it is in begins; null: it is in none.</param>
    private void PrintMembers(string section, int depth, int? commentDepth)
    {
        var names = keys.Where(key => key.Name.StartsWith(section, StringComparison.Ordinal))
            .Select(key => key.Name[section.Length..].Split('.')[0])
            .Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            // Elements are printed with the list that they are in.
            if (name.EndsWith("[]", StringComparison.Ordinal)) continue;
            if (keys.FirstOrDefault(key => key.Name == section + name) is { } key) PrintKey(key, name, depth, commentDepth);
            else PrintSection(section + name, name, depth, commentDepth);
        }
    }

    private void PrintSection(string section, string name, int depth, int? commentDepth)
    {
        var isOptional = keys.First(key => key.Name.StartsWith(section + ".", StringComparison.Ordinal)).IsOptional;
        commentDepth ??= isOptional ? depth : null;
        Line($"{JsonText.Quote(name)}: {{", depth, commentDepth);
        PrintMembers(section + ".", depth + 1, commentDepth);
        Line("},", depth, commentDepth);
    }

    private void PrintKey(KnownKey key, string name, int depth, int? commentDepth)
    {
        var element = key.Name + "[].";
        if (keys.Any(other => other.Name.StartsWith(element, StringComparison.Ordinal)))
        {
            Line($"{JsonText.Quote(name)}: [", depth, commentDepth);
            Line("{", depth + 1, commentDepth ?? depth + 1);
            PrintMembers(element, depth + 2, commentDepth ?? depth + 1);
            Line("},", depth + 1, commentDepth ?? depth + 1);
            Line("],", depth, commentDepth);
        }
        else if (key.Default is not null)
        {
            Line($"{JsonText.Quote(name)}: {key.Default},", depth, commentDepth);
        }
        else
        {
            Line($"{JsonText.Quote(name)}: ({key.Kind}, {(key.IsRequired ? "required" : "no default")})", depth, commentDepth ?? depth);
        }
    }

    private void Line(string text, int depth, int? commentDepth)
    {
        page.Append(' ', (commentDepth ?? depth) * 2);
        if (commentDepth is { } begin) page.Append("// ").Append(' ', (depth - begin) * 2);
        page.Append(text).Append('\n');
    }
}
