using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>One setting as the strongest layer has it.</summary>
/// <param name="Value">Null for a section, a list, and JSON's null.</param>
internal sealed record Setting(string? Value, SettingOrigin Origin);

/// <summary>The layers laid over each other: the file, over it the environment, over that the arguments.</summary>
internal sealed class Settings
{
    private readonly Layer[] strongestFirst;
    private readonly IConfigurationRoot root;

    public Settings(string name, IReadOnlyList<Layer> layers)
    {
        Layers = layers;
        strongestFirst = [.. layers.Reverse()];
        var builder = new ConfigurationBuilder();
        foreach (var layer in layers) builder.Add(layer);
        root = builder.Build();
        Whole = new SettingOrigin(name, 0, SettingForm.Section);
    }

    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Where a key that is missing altogether ought to be.</summary>
    public SettingOrigin Whole { get; }

    public bool TryFind(string path, [NotNullWhen(true)] out Setting? setting)
    {
        foreach (var layer in strongestFirst)
        {
            if (!layer.TryGetOrigin(path, out var origin)) continue;
            layer.TryGet(path, out var value);
            setting = new Setting(value, origin);
            return true;
        }

        setting = null;
        return false;
    }

    /// <summary>Where the setting, or the first one below it, was written; null: nowhere.</summary>
    public SettingOrigin? FindOrigin(string path) =>
        strongestFirst.Select(layer => layer.FindOrigin(path)).FirstOrDefault(origin => origin is not null);

    /// <summary>Where to point at for a key: at itself, or at the nearest section around it that was written.</summary>
    public SettingOrigin NearestOrigin(string path)
    {
        for (var rest = path; rest.Length > 0; rest = rest[..Math.Max(0, rest.LastIndexOf(':'))])
        {
            if (FindOrigin(rest) is { } origin) return origin;
        }

        return Whole;
    }

    /// <summary>Whether there is anything but empty sections and lists at or below a path.</summary>
    public bool HasValues(string path) =>
        (TryFind(path, out var setting) && setting.Value is not null) || ChildNames(path).Any(name => HasValues(Section.Join(path, name)));

    /// <summary>Whether settings were written below a path.</summary>
    public bool HasBelow(string path) => Layers.Any(layer => layer.HasBelow(path));

    /// <summary>Names directly below a path, of all layers; elements of a list in their order.</summary>
    public IReadOnlyList<string> ChildNames(string path) =>
        [.. (path.Length == 0 ? root.GetChildren() : root.GetSection(path).GetChildren()).Select(child => child.Key)];
}
