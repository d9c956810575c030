using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>How a setting was written. An environment variable or argument is text that may stand for anything.</summary>
internal enum SettingForm
{
    Untyped,
    Text,
    Number,
    Boolean,
    Null,
    Section,
    List,
}

/// <summary>Where a setting was written, and how.</summary>
/// <param name="Place">For a person: <c>/etc/policydaemon.json:12</c>, <c>environment variable …</c>, <c>argument …</c>.</param>
/// <param name="Order">Sorts messages: lines of the file first, then the environment, then the arguments.</param>
internal sealed record SettingOrigin(string Place, int Order, SettingForm Form);

/// <summary>
/// One place that settings come from. It keeps where each was written, which a plain provider forgets, so that a message can name the
/// line or variable to mend.
/// </summary>
internal abstract class Layer : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, SettingOrigin> origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>For every path with settings below it, where the first of them was written.</summary>
    private readonly Dictionary<string, SettingOrigin> originsBelow = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, OrderedDictionary<string, bool>> childNames = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What could not even be taken as a setting: syntax, duplicates.</summary>
    public List<Problem> Problems { get; } = [];

    /// <summary>Nothing, or only the beginning, could be read: what else seems to be missing may well be there.</summary>
    public bool IsBroken { get; protected set; }

    /// <summary>Every setting by its path with <c>:</c>; null for sections and lists.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Values => Data;

    public bool TryGetOrigin(string path, [NotNullWhen(true)] out SettingOrigin? origin) => origins.TryGetValue(path, out origin);

    /// <summary>As <see cref="TryGetOrigin"/>, or where the first setting below the path was written.</summary>
    public SettingOrigin? FindOrigin(string path) => origins.GetValueOrDefault(path) ?? originsBelow.GetValueOrDefault(path);

    public bool HasBelow(string path) => originsBelow.ContainsKey(path);

    /// <summary>As the base does, which looks through all settings for every question.</summary>
    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
    {
        var own = childNames.TryGetValue(parentPath ?? "", out var names) ? names.Keys : Enumerable.Empty<string>();
        return own.Concat(earlierKeys).Order(ConfigurationKeyComparer.Instance);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Keeps a setting.</summary>
    /// <param name="value">Null for the beginning of a section or list, so that an empty one still counts as written.</param>
    /// <returns>False when this layer has it already.</returns>
    protected bool TryAdd(string path, string? value, SettingOrigin origin)
    {
        if (!origins.TryAdd(path, origin)) return false;
        Data[path] = value;
        for (var child = path; child.Length > 0;)
        {
            var parent = child[..Math.Max(0, child.LastIndexOf(':'))];
            if (!childNames.TryGetValue(parent, out var names)) childNames[parent] = names = new(StringComparer.OrdinalIgnoreCase);
            names.TryAdd(child[(parent.Length == 0 ? 0 : parent.Length + 1)..], true);
            originsBelow.TryAdd(parent, origin);
            child = parent;
        }

        return true;
    }
}
