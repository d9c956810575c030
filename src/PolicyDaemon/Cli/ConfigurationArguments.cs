namespace PolicyDaemon.Cli;

/// <summary>Takes the settings, <c>--directory:ldap:staleFor 1h</c> or <c>--store=sqlite</c>, out of a command line.</summary>
internal static class ConfigurationArguments
{
    /// <param name="topLevelKeys">Keys of the configuration that are not in a section, so that their names have no colon.</param>
    /// <returns>What is left for the commands, and the settings as they were.</returns>
    public static (IReadOnlyList<string> Command, IReadOnlyList<string> Settings) Split(
        IReadOnlyList<string> arguments, IReadOnlyCollection<string> topLevelKeys)
    {
        var command = new List<string>();
        var settings = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--")
            {
                command.AddRange(arguments.Skip(i));
                break;
            }

            if (!IsSetting(arguments[i], topLevelKeys))
            {
                command.Add(arguments[i]);
                continue;
            }

            settings.Add(arguments[i]);
            if (!arguments[i].Contains('=', StringComparison.Ordinal) && i + 1 < arguments.Count) settings.Add(arguments[++i]);
        }

        return (command, settings);
    }

    private static bool IsSetting(string argument, IReadOnlyCollection<string> topLevelKeys)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal)) return false;
        var name = argument.Split('=', 2)[0][2..];
        return name.AsSpan().ContainsAny(':', '.') || topLevelKeys.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
