namespace PolicyDaemon.Doctor.Delivery;

/// <summary>Mail is delivered, and nobody looks whether there is room for it.</summary>
internal sealed class DiskUnwatched : IDiagnosis
{
    public string Id => "disk-unwatched";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Own is not { Delivery: not null, MailStore: null }) return [];
        return [new Finding(
            Id, Severity.Warning, "policydaemon.json", "watch.mailStore is not set", "the disk of the mailboxes is not watched",
            "nobody is told before it is full, and mail is taken in until nothing works any more",
            new Mend(MendPlace.PolicyDaemon, ["\"watch\": { \"mailStore\": \"/var/vmail\" }"]))];
    }
}
