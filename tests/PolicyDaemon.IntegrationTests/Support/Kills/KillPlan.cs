namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>What is killed or cut.</summary>
internal enum KillTarget
{
    /// <summary>The daemon.</summary>
    Daemon,

    /// <summary>One process of Dovecot that takes mail.</summary>
    DovecotProcess,

    /// <summary>All of Dovecot.</summary>
    Dovecot,

    /// <summary>The daemon and all of Dovecot, together.</summary>
    Both,

    /// <summary>All connections from Postfix to the daemon.</summary>
    FrontLink,

    /// <summary>All connections from the daemon to Dovecot.</summary>
    BackLink,
}

/// <param name="Deliveries">So many after the one before.</param>
/// <param name="Delay">And so much later.</param>
internal sealed record Kill(KillTarget Target, int Deliveries, TimeSpan Delay)
{
    private static readonly KillTarget[] Targets =
    [
        KillTarget.Daemon, KillTarget.Daemon, KillTarget.DovecotProcess, KillTarget.DovecotProcess, KillTarget.Dovecot, KillTarget.Both,
        KillTarget.FrontLink, KillTarget.FrontLink, KillTarget.FrontLink, KillTarget.FrontLink, KillTarget.BackLink, KillTarget.BackLink,
    ];

    /// <summary>Without end, and the same for the same seed. They follow the deliveries and not the clock, so that a slow machine has as many as a fast one.</summary>
    /// <param name="interval">Deliveries between two, on average.</param>
    public static IEnumerable<Kill> Plan(int seed, int interval)
    {
        Random random = new(seed);
        while (true)
        {
            // Each round has all of them, in another order.
            foreach (KillTarget target in Targets.OrderBy(_ => random.Next()).ToList()) yield return new(target, random.Next(1, 2 * interval), TimeSpan.FromMilliseconds(random.Next(100)));
        }
    }
}

/// <summary>A kill that was done.</summary>
/// <param name="From">Until then all was well.</param>
/// <param name="To">Nothing of what was killed lives any more.</param>
internal sealed record DoneKill(KillTarget Target, DateTimeOffset From, DateTimeOffset To)
{
    public bool HitDaemon => Target is KillTarget.Daemon or KillTarget.Both;
}
