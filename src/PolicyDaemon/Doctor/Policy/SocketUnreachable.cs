using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>
/// A unix socket that an smtpd asks and cannot reach: outside of its chroot, where the daemon does not listen, or without permission.
/// </summary>
internal sealed class SocketUnreachable : IDiagnosis
{
    private const string Consequence = "every command that needs the daemon is answered with default_action";

    private readonly SocketAccess access = new("socket-unreachable", Consequence);

    public string Id => "socket-unreachable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        from question in smtpd.Questions
        let finding = Examine(smtpd, question, installation)
        where finding is not null
        select finding;

    private Finding? Examine(SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        var asked = question.Call.Endpoint;
        if (asked.Path is null) return null;
        if (smtpd.Parameters.IsChrooted && asked.Path.StartsWith('/')) return OutsideChroot(smtpd, question, installation);
        return installation.Daemon.Find(asked) is null
            ? NobodyListens(smtpd, question, installation)
            : access.Examine(asked, installation);
    }

    private Finding OutsideChroot(SmtpdService smtpd, PolicyQuestion question, Installation installation) => new(
        Id, Severity.Error, smtpd.Label, $"master.cf: chroot {smtpd.Parameters.Service.Chroot}, {question.Call.Endpoint.Text}",
        $"smtpd runs chrooted in {installation.QueueDirectory} and looks for the path below it", Consequence, Join(smtpd, question, installation));

    private Finding NobodyListens(SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        var asked = question.Call.Endpoint.FullPath(installation.QueueDirectory);
        var listened = string.Join(", ", installation.Daemon.Endpoints.Select(endpoint => endpoint.Text));
        return new Finding(
            Id, Severity.Error, smtpd.Label, smtpd.Parameters.Quote(question.List.Parameter),
            $"smtpd asks at {asked}, the daemon listens on {(listened.Length > 0 ? listened : "nothing")}", Consequence,
            Join(smtpd, question, installation));
    }

    /// <summary>Brings both to one endpoint: Postfix's, when the daemon already listens where every smtpd gets to, else the daemon's.</summary>
    private static Mend Join(SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        if (SuggestedCall.FindReachable(installation) is { } endpoint) return AskAt(endpoint, smtpd, question, installation);
        var asked = question.Call.Endpoint.Path!;
        var path = Path.GetFullPath(asked.StartsWith('/') ? DaemonListeners.ShippedPath : asked, installation.QueueDirectory);
        return new Mend(MendPlace.PolicyDaemon, [$"\"listen\": {{ \"policy\": [\"unix:{path}\"] }}"]);
    }

    /// <summary>Changes the endpoint where it is spelled: in a parameter of its own, as in the snippets, or in the list.</summary>
    private static Mend AskAt(string endpoint, SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        var spelled = installation.Postfix.Parameters.FirstOrDefault(parameter => parameter.Value == question.Call.Endpoint.Text);
        return spelled.Key is not null && !smtpd.Parameters.Service.Overrides.ContainsKey(spelled.Key)
            ? Mend.MainCf(spelled.Key, endpoint)
            : new CallSite(question).Rewrite(call => call.At(endpoint), smtpd.Parameters);
    }
}
