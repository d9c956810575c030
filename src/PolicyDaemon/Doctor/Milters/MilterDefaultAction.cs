namespace PolicyDaemon.Doctor.Milters;

/// <summary>What Postfix does by itself when the milter does not answer, where that is a permit or a bounce.</summary>
/// <remarks>postconf(5), "milter_default_action".</remarks>
internal sealed class MilterDefaultAction : IDiagnosis
{
    public string Id => "milter-default-action";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from list in installation.MilterLists
        where list.Ours is not null && list.DefaultAction is "accept" or "reject"
        let isPermit = list.DefaultAction == "accept"
        select new Finding(
            Id, isPermit ? Severity.Error : Severity.Warning, list.Service.Service.Label, list.Service.Quote(list.Parameter),
            $"default_action '{list.DefaultAction}' {(isPermit ? "lets mail pass" : "refuses for good")}",
            isPermit ? "whoever is blocked sends while the daemon is down or kept busy" : "mail bounces while the daemon is down, instead of waiting",
            list.MendWithDefaultAction("tempfail"));
}
