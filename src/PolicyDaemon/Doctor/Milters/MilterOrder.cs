namespace PolicyDaemon.Doctor.Milters;

/// <summary>Another milter that is asked before the daemon.</summary>
internal sealed class MilterOrder : IDiagnosis
{
    public string Id => "milter-order";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from list in installation.MilterLists
        where list.Place > 0
        select new Finding(
            Id, Severity.Warning, list.Service.Service.Label, list.Service.Quote(list.Parameter),
            $"'{list.First}' is asked before the daemon",
            "a signature over header fields that the daemon takes out afterwards does not verify; a filter scans what the daemon refuses",
            list.MendWithOursFirst());
}
