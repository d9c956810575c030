namespace PolicyDaemon.Doctor.Postfix;

/// <summary>A parameter that no program of Postfix reads, mostly because it is misspelt: postconf(1) warns of it, and Postfix goes on with the default.</summary>
internal sealed class UnknownParameter : IDiagnosis
{
    private const string Complaint = ": unused parameter: ";

    /// <summary>What the snippets define for services that are not all there.</summary>
    private const string Ours = "policydaemon_";

    public string Id => "postfix-unknown-parameter";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from line in installation.PostfixWarnings
        let at = line.IndexOf(Complaint, StringComparison.Ordinal)
        where at >= 0
        let setting = line[(at + Complaint.Length)..]
        where !setting.StartsWith(Ours, StringComparison.Ordinal)
        let file = line[..at].Split('/')[^1].Split(',')[0]
        select new Finding(
            Id, Severity.Warning, file, $"{file}: {setting}", "Postfix knows no parameter of this name", "whatever it was to change is as by default",
            file == "main.cf"
                ? Mend.Shell($"postconf -X {setting.Split('=')[0].Trim()}   # and write it again as postconf(5) spells it")
                : Mend.Shell($"grep -n {setting.Split('=')[0].Trim()} $(postconf -h config_directory)/{file}   # write it as postconf(5) spells it"));
}
