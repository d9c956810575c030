namespace PolicyDaemon.Doctor.Ways;

/// <summary>Somebody may tell Postfix another client address and another login than his own.</summary>
/// <remarks>XCLIENT_README.</remarks>
internal sealed class XclientHosts : IDiagnosis
{
    private const string Parameter = "smtpd_authorized_xclient_hosts";

    public string Id => "xclient-hosts";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        let hosts = new TrustedNetworks(smtpd.Parameters.Get(Parameter))
        where hosts.Words.Count > 0
        let narrow = hosts.Wide.Count > 0 ? string.Join(' ', hosts.Narrow) : ""
        select new Finding(
            Id, SeverityOf(hosts), smtpd.Label, smtpd.Parameters.Quote(Parameter),
            $"{string.Join(' ', hosts.Words)} may claim any client address and any login",
            "the daemon is told what these say: no rule holds for them, and limits and guesses count for others; right for a proxy of yours that has to, and for nobody else",
            smtpd.Parameters.Service.Overrides.ContainsKey(Parameter) ? Mend.Override(smtpd.Parameters, (Parameter, narrow)) : Mend.MainCf(Parameter, narrow));

    private static Severity SeverityOf(TrustedNetworks hosts) =>
        hosts.Wide.Count > 0 ? Severity.Error : hosts.IsBeyondLoopback ? Severity.Warning : Severity.Note;
}
