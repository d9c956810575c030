using PolicyDaemon.Doctor.Ways;

namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>Dovecot believes too many what they say of whom they speak for.</summary>
internal sealed class DovecotTrusted : IDiagnosis
{
    private const string Setting = "login_trusted_networks";

    public string Id => "dovecot-trusted-networks";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Dovecot?.All.Find(Setting) is not { Length: > 0 } text) return [];
        var networks = new TrustedNetworks(text);
        if (networks.Wide.Count == 0) return [];
        return [new Finding(
            Id, Severity.Error, "dovecot", $"doveconf: {Setting} = {text}",
            $"{string.Join(' ', networks.Wide)} may claim any client address",
            "who guesses passwords from there is counted as somebody else each time, and passwords are taken without TLS",
            new Mend(MendPlace.DovecotConf, [$"{Setting} = {string.Join(' ', networks.Narrow)}".TrimEnd()]))];
    }
}
