namespace PolicyDaemon.Doctor.Postfix;

/// <summary>A Postfix configuration as text says it: main.cf over the defaults, and the services of master.cf.</summary>
internal sealed class PostfixConfiguration
{
    private readonly Dictionary<string, string> defaults;
    private readonly Dictionary<string, string> parameters;

    private PostfixConfiguration(Dictionary<string, string> defaults, Dictionary<string, string> parameters, IReadOnlyList<MasterService> services)
    {
        this.defaults = defaults;
        this.parameters = parameters;
        Services = services;
    }

    internal IReadOnlyList<MasterService> Services { get; }

    /// <summary>Parameters of main.cf, not expanded.</summary>
    internal IReadOnlyDictionary<string, string> Parameters => parameters;

    /// <param name="mainCf">A main.cf, or what <c>postconf -n</c> prints.</param>
    /// <param name="masterCf">A master.cf, or what <c>postconf -M</c> prints.</param>
    /// <param name="defaults">What <c>postconf -d</c> of this version prints; as much of it as is asked for.</param>
    /// <exception cref="FormatException">A line is neither.</exception>
    internal static PostfixConfiguration Parse(string mainCf, string masterCf, string defaults) =>
        new(ParseParameters(defaults), ParseParameters(mainCf), [.. LogicalLines.Read(masterCf).Select(MasterService.Parse)]);

    /// <summary>The text of a parameter, not expanded; null when Postfix has none of this name.</summary>
    internal string? Find(string name) => parameters.GetValueOrDefault(name) ?? defaults.GetValueOrDefault(name);

    /// <summary>The value of a parameter for all services.</summary>
    internal string Get(string name) => new ParameterExpansion(Find).Expand(Find(name) ?? "");

    private static Dictionary<string, string> ParseParameters(string text)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var line in LogicalLines.Read(text))
        {
            if (!ParameterText.TryParseAssignment(line, out var name, out var value)) throw new FormatException($"main.cf: no '=' in '{line}'");
            values[name] = value;
        }

        return values;
    }
}
