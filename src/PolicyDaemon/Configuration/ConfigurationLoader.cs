using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Configuration.Sections;

namespace PolicyDaemon.Configuration;

/// <summary>
/// Reads the configuration: a file, over it the environment, over that the arguments. The one entry point for <c>run</c>, for a reload
/// and for the commands.
/// </summary>
internal static class ConfigurationLoader
{
    /// <summary>Read when no file is named; it need not exist.</summary>
    public const string DefaultFile = "/etc/policydaemon/policydaemon.json";

    /// <param name="file">The file that <c>--config</c> names, which must exist; null: <see cref="DefaultFile"/>, if there is one.</param>
    /// <param name="arguments">What is left of the command line when commands and their own options are taken out.</param>
    /// <param name="environment">All variables; those that do not begin with <c>POLICYDAEMON__</c> are not looked at.</param>
    /// <remarks>Never throws for what an administrator may have written.</remarks>
    public static LoadedConfiguration Load(string? file, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var path = file ?? (File.Exists(DefaultFile) ? DefaultFile : null);
        return path is null
            ? Read("built-in defaults", [new EnvironmentLayer(environment), new ArgumentLayer(arguments)])
            : Read(path, [JsonFileLayer.Read(path), new EnvironmentLayer(environment), new ArgumentLayer(arguments)]);
    }

    /// <summary>This process's environment, in the form that <see cref="Load"/> takes.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    private static LoadedConfiguration Read(string source, IReadOnlyList<Layer> layers)
    {
        var settings = new Settings(source, layers);
        var reader = new ConfigurationReader(settings);
        var options = WholeFile.Read(reader.Root);

        // Behind a syntax error most keys are missing; to complain about each would bury the one line that matters.
        if (layers.Any(layer => layer.IsBroken)) reader.Errors.RemoveAll(problem => !layers.Any(layer => layer.Problems.Contains(problem)));
        else reader.Finish();

        if (FileChecks.CanOthersWrite(source))
        {
            reader.Warnings.Add(new Problem(settings.Whole, "", null, $"every user of this machine can change it: chmod o-w {source}"));
        }

        return new LoadedConfiguration(source, options, reader);
    }
}
