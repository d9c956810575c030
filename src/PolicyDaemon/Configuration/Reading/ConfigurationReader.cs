namespace PolicyDaemon.Configuration.Reading;

/// <summary>
/// One reading of the settings. It gathers every mistake instead of stopping at the first, and which keys there are: reading is what
/// makes a key known, so no list of keys can disagree with the code.
/// </summary>
internal sealed class ConfigurationReader
{
    private readonly Dictionary<string, KnownKey> keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> namesBySection = new(StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> absentNames = new(StringComparer.OrdinalIgnoreCase);

    public ConfigurationReader(Settings settings)
    {
        Settings = settings;
        Root = new Section(this, "", "", isProbe: false, isOptional: false);
        foreach (var layer in settings.Layers) Errors.AddRange(layer.Problems);
    }

    public Settings Settings { get; }

    public Section Root { get; }

    public List<Problem> Errors { get; } = [];

    public List<Problem> Warnings { get; } = [];

    /// <summary>The keys that are set, in the order in which they are read.</summary>
    public List<KeyReading> Readings { get; } = [];

    /// <summary>Every key there is, in the order in which they are read.</summary>
    public IReadOnlyCollection<KnownKey> Keys => keys.Values;

    public void Know(string sectionPath, string name, KnownKey? key)
    {
        if (!namesBySection.TryGetValue(sectionPath, out var names))
        {
            names = new(StringComparer.OrdinalIgnoreCase);
            namesBySection.Add(sectionPath, names);
        }

        names.Add(name);
        if (key is not null) keys.TryAdd(key.Name, key);
    }

    /// <summary>A name that has its own message, so that it is not unknown; but nobody is pointed to it.</summary>
    public void KnowAbsent(string sectionPath, string name) => absentNames.Add(Section.Join(sectionPath, name));

    /// <summary>To be called when all is read: what nobody asked for is a mistake, and so is a secret in any value.</summary>
    public void Finish()
    {
        ReportUnknown("");
        foreach (var (path, value) in Settings.Layers.SelectMany(layer => layer.Values))
        {
            if (value is not null && Secrets.IsSecretValue(value) && Settings.TryFind(path, out var setting))
            {
                // What was said about it before shows it.
                Errors.RemoveAll(IsAboutIt);
                Warnings.RemoveAll(IsAboutIt);
                Errors.Add(new Problem(setting.Origin, path, null, "has a password in its value: expected secrets in files of their own"));
            }

            bool IsAboutIt(Problem problem) => problem.Path.Equals(path, StringComparison.OrdinalIgnoreCase) && problem.Value is not null;
        }
    }

    /// <summary>To be called instead of <see cref="Finish"/> when a layer could not be read to its end.</summary>
    public void KeepSyntaxErrorsOnly()
    {
        Errors.Clear();
        Errors.AddRange(Settings.Layers.SelectMany(layer => layer.Problems));
        Warnings.Clear();
    }

    private void ReportUnknown(string section)
    {
        if (!namesBySection.TryGetValue(section, out var names)) return;
        foreach (var name in Settings.ChildNames(section))
        {
            var path = Section.Join(section, name);
            if (names.TryGetValue(name, out var known)) ReportUnknown(Section.Join(section, known));
            if (known is not null || absentNames.Contains(path)) continue;
            Errors.Add(new Problem(Settings.FindOrigin(path)!, path, null, DescribeUnknown(section, name, names)));
        }
    }

    private string DescribeUnknown(string section, string name, HashSet<string> names)
    {
        if (Secrets.IsSecretName(name))
        {
            return names.TryGetValue(name + "File", out var file)
                ? $"is a secret: expected it in a file of its own, and {Display(file)} with the path of that file"
                : "is a secret, and there is no such key: expected secrets in files of their own";
        }

        if (Spelling.Nearest(name, names) is { } nearest) return $"there is no such key; did you mean {Display(nearest)}?";
        var elsewhere = keys.Keys.FirstOrDefault(key => key.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));
        return elsewhere is null
            ? $"there is no such key; expected one of {string.Join(", ", names.Where(known => known != "*").Order(StringComparer.Ordinal))}"
            : $"there is no such key here; did you mean {elsewhere}?";

        string Display(string known) => Problem.DisplayKey(Section.Join(section, known));
    }
}
