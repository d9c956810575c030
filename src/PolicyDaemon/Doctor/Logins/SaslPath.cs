using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Logins;

/// <summary>Whom an smtpd asks about logins, <c>smtpd_sasl_type</c> and <c>smtpd_sasl_path</c>.</summary>
internal static class SaslPath
{
    /// <summary>What the snippets say, below queue_directory.</summary>
    private const string Shipped = "policydaemon/sasl.sock";

    /// <returns>Null: it speaks another protocol than the daemon does.</returns>
    public static PolicyEndpoint? Of(SmtpdService smtpd)
    {
        if (smtpd.Parameters.Get("smtpd_sasl_type") != "dovecot") return null;
        var path = smtpd.Parameters.Get("smtpd_sasl_path");
        var isNamed = path.StartsWith("inet:", StringComparison.Ordinal) || path.StartsWith("unix:", StringComparison.Ordinal);
        return PolicyEndpoint.Parse(isNamed ? path : $"unix:{path}");
    }

    /// <summary>Brings the service to a socket of the daemon's that it reaches, in a chroot, too.</summary>
    public static Mend AskUs(SmtpdService smtpd, Installation installation)
    {
        (string Parameter, string Value)[] values = [("smtpd_sasl_type", "dovecot"), ("smtpd_sasl_path", Reachable(installation))];
        return values.Any(value => smtpd.Parameters.Service.Overrides.ContainsKey(value.Parameter))
            ? Mend.Override(smtpd.Parameters, values)
            : new Mend(MendPlace.MainCf, [.. values.Select(value => $"{value.Parameter} = {value.Value}")]);
    }

    private static string Reachable(Installation installation)
    {
        var below = installation.Sasl.Endpoints.Select(endpoint => SuggestedCall.RelativePath(endpoint, installation)).FirstOrDefault(path => path is not null);
        return below ?? installation.Sasl.Endpoints.FirstOrDefault(endpoint => endpoint.Path is null)?.Text ?? Shipped;
    }
}
