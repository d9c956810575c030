namespace PolicyDaemon.Doctor.Postfix;

/// <summary>The parameters as one service of master.cf sees them: its own <c>-o</c>, then main.cf, then the defaults.</summary>
internal sealed class ServiceParameters
{
    private readonly PostfixConfiguration configuration;
    private readonly ParameterExpansion expansion;

    internal ServiceParameters(PostfixConfiguration configuration, MasterService service)
    {
        this.configuration = configuration;
        Service = service;
        expansion = new ParameterExpansion(Find);
    }

    internal MasterService Service { get; }

    /// <summary>Not expanded; null when there is no such parameter.</summary>
    internal string? Find(string name) => Service.Overrides.GetValueOrDefault(name) ?? configuration.Find(name);

    internal string Get(string name) => Expand(Find(name) ?? "");

    /// <summary>A boolean parameter: <c>yes</c> or <c>no</c>.</summary>
    internal bool IsOn(string name) => Get(name).Equals("yes", StringComparison.OrdinalIgnoreCase);

    internal string Expand(string text) => expansion.Expand(text);

    /// <summary>
    /// Whether the program runs below queue_directory. <c>-</c> is the default of master(5): no since Postfix 3.0, yes with an older
    /// compatibility level.
    /// </summary>
    internal bool IsChrooted => Service.Chroot == "y" ||
        (Service.Chroot == "-" && CompatibilityLevel.Compare(Get("compatibility_level"), "1") < 0);

    /// <summary>The line of the configuration that gives a parameter its value, for the reader: continued lines are joined by one space.</summary>
    internal string Quote(string name) =>
        string.Join(' ', Write(name).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private string Write(string name)
    {
        if (Service.Overrides.TryGetValue(name, out var value)) return $"master.cf: -o {name}={value}";
        return configuration.Parameters.TryGetValue(name, out value)
            ? $"main.cf: {name} = {value}"
            : $"default: {name} = {configuration.Find(name)}";
    }
}
