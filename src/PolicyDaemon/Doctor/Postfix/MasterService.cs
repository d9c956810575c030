namespace PolicyDaemon.Doctor.Postfix;

/// <summary>One service of master.cf.</summary>
/// <param name="Name">As written: <c>smtp</c>, <c>127.0.0.1:10025</c>.</param>
/// <param name="Type">inet, unix, unix-dgram, fifo or pass.</param>
/// <param name="Chroot"><c>y</c>, <c>n</c> or <c>-</c>.</param>
/// <param name="Program">The command's first word, for example <c>smtpd</c>.</param>
/// <param name="Overrides">The <c>-o name=value</c> of the command; of a name that is there twice the last.</param>
/// <remarks>Source: master(5).</remarks>
internal sealed record MasterService(
    string Name, string Type, string Chroot, string Program, IReadOnlyDictionary<string, string> Overrides)
{
    private const int CommandColumn = 7;

    /// <summary>As postconf(1) names services: <c>submission/inet</c>.</summary>
    internal string Label => $"{Name}/{Type}";

    /// <param name="line">Logical.</param>
    /// <exception cref="FormatException">Fewer than eight columns.</exception>
    internal static MasterService Parse(string line)
    {
        var words = ParameterText.SplitWords(line);
        if (words.Count <= CommandColumn) throw new FormatException($"master.cf: fewer than eight columns in '{line}'");
        return new MasterService(words[0], words[1], words[4], words[CommandColumn], ParseOverrides([.. words.Skip(CommandColumn + 1)]));
    }

    private static Dictionary<string, string> ParseOverrides(string[] arguments)
    {
        Dictionary<string, string> overrides = new(StringComparer.Ordinal);
        for (var at = 0; at < arguments.Length; at++)
        {
            if (!arguments[at].StartsWith("-o", StringComparison.Ordinal)) continue;
            var assignment = arguments[at].Length > 2 ? arguments[at][2..] : ++at < arguments.Length ? arguments[at] : "";
            if (ParameterText.TryParseAssignment(assignment, out var name, out var value)) overrides[name] = value;
        }

        return overrides;
    }
}
