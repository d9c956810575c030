using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>The check that a mended line asks for, in the words the configuration already has for it.</summary>
internal static class SuggestedCall
{
    internal const string Timeout = "5s";
    internal const string DefaultAction = "451 4.3.5 Mail policy is not available, try again later";

    /// <returns><c>check_policy_service</c> and its argument.</returns>
    internal static string For(SmtpdService smtpd, Installation installation) =>
        $"check_policy_service {FromSnippet(smtpd) ?? FromQuestion(smtpd.Questions) ?? New(smtpd, installation)}";

    /// <summary>The parameter that the snippets define for this kind of service.</summary>
    private static string? FromSnippet(SmtpdService smtpd)
    {
        var name = $"policydaemon_{ContextOf(smtpd)}";
        return smtpd.Parameters.Find(name) is null ? null : $"${name}";
    }

    private static string? FromQuestion(IReadOnlyList<PolicyQuestion> questions) =>
        questions is [var first, ..] ? new CallSite(first).WrittenArgument : null;

    private static string New(SmtpdService smtpd, Installation installation) =>
        $"{{ {FindReachable(installation) ?? $"unix:{DaemonListeners.ShippedPath}"}, " +
        $"policy_context={ContextOf(smtpd)}, timeout={Timeout}, {{ default_action = {DefaultAction} }} }}";

    /// <summary>
    /// An endpoint of the daemon that every smtpd reaches, as smtpd must spell it: without queue_directory, so that it is right in a
    /// chroot, too.
    /// </summary>
    internal static string? FindReachable(Installation installation)
    {
        var listened = installation.Daemon.Endpoints;
        var below = listened.Select(endpoint => RelativePath(endpoint, installation)).FirstOrDefault(path => path is not null);
        return below is not null ? $"unix:{below}" : listened.FirstOrDefault(endpoint => endpoint.Path is null)?.Text;
    }

    internal static string? RelativePath(PolicyEndpoint listened, Installation installation)
    {
        var queue = installation.QueueDirectory.TrimEnd('/') + "/";
        return listened.Path?.StartsWith(queue, StringComparison.Ordinal) is true ? listened.Path[queue.Length..] : null;
    }

    private static string ContextOf(SmtpdService smtpd) => smtpd.TakesLogins ? "submission" : "smtp";
}
