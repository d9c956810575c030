namespace PolicyDaemon.Doctor.Postfix;

/// <summary>Where the daemon listens for policy questions, and which questions are meant for it.</summary>
internal sealed class DaemonListeners(IReadOnlyList<PolicyEndpoint> endpoints, string queueDirectory)
{
    /// <summary>The path that the snippets ask at, below queue_directory.</summary>
    internal const string ShippedPath = "policydaemon/policy.sock";

    private const string OurName = "policydaemon";

    internal IReadOnlyList<PolicyEndpoint> Endpoints => endpoints;

    /// <summary>Found on the daemon's own list; null when it does not listen there.</summary>
    internal PolicyEndpoint? Find(PolicyEndpoint asked) => endpoints.FirstOrDefault(listened => asked.Reaches(listened, queueDirectory));

    /// <summary>Also a misspelt path counts, as long as it names us: other policy services are none of our business.</summary>
    internal bool IsMeant(PolicyEndpoint asked) =>
        Find(asked) is not null || (asked.Path?.Contains(OurName, StringComparison.Ordinal) ?? false);
}
