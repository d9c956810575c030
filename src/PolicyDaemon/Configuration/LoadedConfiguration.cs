using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration;

/// <summary>What reading the configuration came to: options, or every mistake at once.</summary>
internal sealed class LoadedConfiguration
{
    private readonly IReadOnlyList<KeyReading> readings;

    public LoadedConfiguration(string source, DaemonOptions options, ConfigurationReader reader)
    {
        Source = source;
        Errors = InOrder(reader.Errors);
        Warnings = InOrder(reader.Warnings);
        Keys = [.. reader.Keys];
        readings = reader.Readings;
        Options = Errors.Count == 0 ? options : null;
    }

    /// <summary>The file that was read, or words that say that there was none.</summary>
    public string Source { get; }

    /// <summary>Null exactly when there are errors.</summary>
    public DaemonOptions? Options { get; }

    /// <summary>Complete lines for a person, in the order of the file, then of the environment and the arguments.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>As <see cref="Errors"/>, about what works, but perhaps not as meant.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Every key there is, set or not.</summary>
    public IReadOnlyList<KnownKey> Keys { get; }

    /// <summary>The keys that are set, and rightly.</summary>
    public IReadOnlyList<KeyReading> Readings => readings;

    /// <summary>
    /// Whether a key, or any key below a section, is set differently than in <paramref name="other"/>. A default that is written out
    /// is no difference.
    /// </summary>
    /// <param name="path">With <c>:</c>.</param>
    public bool Differs(LoadedConfiguration other, string path) => !Below(path).SequenceEqual(other.Below(path));

    private IEnumerable<KeyReading> Below(string path) => readings.Where(reading =>
        (reading.Path == path || reading.Path.StartsWith(path + ":", StringComparison.Ordinal)) &&
        !Keys.Any(key => key.Name == Problem.DisplayKey(reading.Path) && key.Default == reading.Json));

    private static IReadOnlyList<string> InOrder(IEnumerable<Problem> problems) =>
        [.. problems.OrderBy(problem => problem.Origin.Order).Select(problem => problem.ToString()).Distinct(StringComparer.Ordinal)];
}
