namespace PolicyDaemon.Doctor.Files;

/// <summary>The daemon is to watch Postfix's queue and may not look into it.</summary>
internal sealed class QueueUnreadable : IDiagnosis
{
    private const string DropIn = "/etc/systemd/system/policydaemon.service.d";

    private readonly SocketAccess access = new("queue-unreadable", "nobody is told when mail piles up in the queue");

    public string Id => "queue-unreadable";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (!installation.Own.WatchesQueue || installation.DaemonUser is not { } user) return [];
        if (access.Examine(SocketOf(installation.QueueDirectory), user, "postfix", installation.Look) is not { } finding) return [];
        return [IsForGroup(finding, installation) ? finding with { Mend = JoinGroup } : finding];
    }

    internal static string SocketOf(string queueDirectory) => Path.Combine(queueDirectory, "public", "showq");

    /// <summary>Postfix sets the rights of this directory itself: who is to pass it joins its group.</summary>
    private static bool IsForGroup(Finding finding, Installation installation) =>
        finding.Where == Path.GetDirectoryName(SocketOf(installation.QueueDirectory)) && finding.Severity == Severity.Error;

    private static Mend JoinGroup => new(
        MendPlace.Shell,
        [
            $"mkdir -p {DropIn} && printf '[Service]\\nSupplementaryGroups=postdrop\\n' > {DropIn}/queue.conf",
            "systemctl daemon-reload && systemctl restart policydaemon",
        ]);
}
