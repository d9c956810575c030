using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Files;

/// <summary>Whether a service of Postfix gets to the endpoint of the daemon's that it names.</summary>
/// <param name="id">Of the findings.</param>
/// <param name="consequence">Why it matters.</param>
internal sealed class ServiceSocket(string id, string consequence)
{
    private readonly SocketAccess access = new(id, consequence);

    /// <param name="asked">Meant for the daemon.</param>
    /// <param name="seen">The line that names it.</param>
    /// <param name="mend">Brings the service to an endpoint that it reaches.</param>
    internal Finding? Examine(
        PolicyEndpoint asked, DaemonListeners listeners, ServiceParameters service, string seen, Mend mend, Installation installation)
    {
        if (service.IsChrooted && asked.Path?.StartsWith('/') is true)
        {
            return Describe($"{service.Service.Program} runs chrooted in {installation.QueueDirectory} and looks for the path below it");
        }

        if (listeners.Find(asked) is null)
        {
            var listened = string.Join(", ", listeners.Endpoints.Select(endpoint => endpoint.Text));
            return Describe(
                $"{service.Service.Program} asks at {asked.FullPath(installation.QueueDirectory) ?? asked.Text}, the daemon listens on {(listened.Length > 0 ? listened : "nothing")}");
        }

        return asked.Path is null ? null : access.Examine(asked, installation);

        Finding Describe(string what) => new(id, Severity.Error, service.Service.Label, seen, what, consequence, mend);
    }

    /// <summary>A listener as every service reaches it, in a chroot, too; with <c>unix:</c> or <c>inet:</c>.</summary>
    internal static string Reachable(DaemonListeners listeners, Installation installation)
    {
        var below = listeners.Endpoints.Select(endpoint => SuggestedCall.RelativePath(endpoint, installation)).FirstOrDefault(path => path is not null);
        return below is not null ? $"unix:{below}" : listeners.Endpoints is [var first, ..] ? first.Text : "";
    }
}
