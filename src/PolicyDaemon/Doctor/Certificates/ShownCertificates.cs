using PolicyDaemon.Doctor.Dovecot;
using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Certificates;

/// <summary>The files of the certificates that Postfix and Dovecot show to clients.</summary>
internal static class ShownCertificates
{
    private static readonly string[] PostfixParameters = ["smtpd_tls_chain_files", "smtpd_tls_cert_file", "smtpd_tls_eccert_file"];

    /// <summary>2.4, then 2.3.</summary>
    private static readonly string[] DovecotSettings = ["ssl_server_cert_file", "ssl_cert"];

    internal static IEnumerable<string> Of(IEnumerable<SmtpdService> smtpds) =>
        (from smtpd in smtpds
         from parameter in PostfixParameters
         from path in ParameterText.SplitList(smtpd.Parameters.Get(parameter))
         where path.StartsWith('/')
         select path).Distinct(StringComparer.Ordinal);

    /// <summary>Also those for single names (<c>local_name</c>) and protocols. <c>&lt;</c> stands before a path in 2.3.</summary>
    internal static IEnumerable<string> Of(DovecotConfiguration dovecot) => Within(dovecot.All).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Within(DovecotBlock block) =>
        from one in block.Blocks.Where(inner => inner.Name is not "ssl_server").Append(block)
        from path in one == block ? DovecotSettings.Select(block.Find).OfType<string>().Select(text => text.TrimStart('<', ' ')) : Within(one)
        where path.StartsWith('/')
        select path;
}
