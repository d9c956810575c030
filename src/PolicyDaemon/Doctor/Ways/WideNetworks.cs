namespace PolicyDaemon.Doctor.Ways;

/// <summary><c>mynetworks</c> names more than a site has.</summary>
internal sealed class WideNetworks : IDiagnosis
{
    private const string Parameter = "mynetworks";

    public string Id => "mynetworks-wide";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        let networks = new TrustedNetworks(smtpd.Parameters.Get(Parameter))
        where networks.Wide.Count > 0
        let narrow = string.Join(' ', networks.Narrow)
        select new Finding(
            Id, Severity.Error, smtpd.Label, smtpd.Parameters.Quote(Parameter),
            $"{string.Join(' ', networks.Wide)} is trusted as if it were this site",
            "whoever has an address there sends to everybody without a login",
            smtpd.Parameters.Service.Overrides.ContainsKey(Parameter) ? Mend.Override(smtpd.Parameters, (Parameter, narrow)) : Mend.MainCf(Parameter, narrow));
}
