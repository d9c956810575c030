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
    public static LoadedConfiguration Load(
        string? file, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        Load(file, DefaultFile, arguments, environment);

    /// <inheritdoc cref="Load(string?, IReadOnlyList{string}, IReadOnlyDictionary{string, string})"/>
    public static LoadedConfiguration Load(
        string? file, string defaultFile, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var path = file ?? (FileChecks.IsAbsent(defaultFile) ? null : defaultFile);
        var layers = new List<Layer> { new EnvironmentLayer(environment), new ArgumentLayer(arguments) };
        if (path is not null) layers.Insert(0, JsonFileLayer.Read(path));
        return Read(path, layers);
    }

    /// <summary>This process's environment, in the form that <c>Load</c> takes.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    private static LoadedConfiguration Read(string? file, List<Layer> layers)
    {
        var source = file ?? "built-in defaults";
        var settings = new Settings(source, layers);
        var reader = new ConfigurationReader(settings);
        var options = WholeFile.Read(reader.Root);

        // Behind a syntax error most keys are missing; to complain about each would bury the one line that matters.
        if (layers.Exists(layer => layer.IsBroken)) reader.KeepSyntaxErrorsOnly();
        else reader.Finish();

        if (file is not null && FileChecks.CanOthersWrite(file))
        {
            reader.Warnings.Add(new Problem(settings.Whole, "", null, $"every user of this machine can change it: chmod o-w {file}"));
        }

        return new LoadedConfiguration(source, options, reader);
    }
}
