using System.Net;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench.Parts;

/// <summary>Dovecot's own auth process with each kind of passdb.</summary>
internal static class DovecotPasswords
{
    /// <param name="title">Also the names of its files.</param>
    /// <param name="cacheBytes">Of auth_cache_size; 0: nothing is remembered.</param>
    public static Task<Subject> StartOnFileAsync(MailStackRoot root, string title, People people, int cacheBytes = 0) => StartAsync(
        root, title, $"driver = passwd-file\n  args = username_format=%Lu {root.WriteFile(NameOf(title) + ".passwd", people.ToPasswdFile())}", cacheBytes);

    public static Task<Subject> StartOnLdapAsync(MailStackRoot root, string title, SlapdServer slapd, bool isBinding)
    {
        var file = root.WriteFile(NameOf(title) + ".conf", $"""
            uris = {slapd.Url}
            ldap_version = 3
            dn = {TruenorthDirectory.AdministratorDn}
            dnpass = {TruenorthDirectory.AdministratorPassword}
            tls = yes
            tls_ca_cert_file = {root.Certificates.AuthorityFile}
            auth_bind = {(isBinding ? "yes" : "no")}
            base = {TruenorthDirectory.People}
            pass_filter = (mail=%u)
            pass_attrs = userPassword=password

            """);
        return StartAsync(root, title, $"driver = ldap\n  args = {file}");
    }

    public static Task<Subject> StartOnSqlAsync(MailStackRoot root, string title, PostgresDatabase database)
    {
        var server = database.Server.Endpoint;
        var file = root.WriteFile(NameOf(title) + ".conf", $"""
            driver = pgsql
            connect = host={server.Address} port={server.Port} dbname={database.Name} user={Directories.Role} password={Directories.Password}
            password_query = SELECT email AS user, password FROM virtual_users WHERE email = '%u' AND enabled

            """);
        return StartAsync(root, title, $"driver = sql\n  args = {file}");
    }

    private static async Task<Subject> StartAsync(MailStackRoot root, string title, string passdb, int cacheBytes = 0)
    {
        var dovecot = await DovecotAuth.StartAsync(root, NameOf(title), passdb, cacheBytes);
        return new(title, Role.Peer, dovecot.ProcessId, new Dictionary<string, EndPoint>(StringComparer.Ordinal) { ["unix"] = dovecot.Endpoint });
    }

    private static string NameOf(string title) => title.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-');
}
