namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>Dovecot does not understand its own configuration.</summary>
internal sealed class DovecotBroken : IDiagnosis
{
    public string Id => "dovecot-configuration";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation is not { DovecotFault: { Length: > 0 } fault, Own: { Delivery: not null } or { IsAskedByDovecot: true } }) return [];
        var isForbidden = fault.Contains("Permission denied", StringComparison.Ordinal);
        return [new Finding(
            Id, isForbidden ? Severity.Undecided : Severity.Error, "dovecot",
            [.. fault.Split('\n').Select(line => line.Trim()).Distinct(StringComparer.Ordinal)],
            isForbidden ? "no permission to read Dovecot's configuration" : "Dovecot does not understand its configuration",
            isForbidden ? "what is wrong with Dovecot is not known" : "it goes on as it was started, and does not come back when it is started again: no logins, no delivery",
            Mend.Shell(isForbidden ? "sudo policydaemon doctor" : "doveconf -n >/dev/null   # correct the line that it names, until it prints nothing"))];
    }
}
