namespace PolicyDaemon.MailStack.Slapd;

/// <summary>slapd.conf(5) of a private server. Order matters: schema, modules, TLS, then databases with what belongs to each.</summary>
internal static class SlapdConfiguration
{
    /// <param name="directory">Of this server, absolute.</param>
    internal static string Write(string directory, TestCertificates certificates, bool hasSyncProvider) => $$"""
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        include {{directory}}/tn.schema
        pidfile {{directory}}/slapd.pid
        modulepath /usr/lib/ldap
        moduleload back_mdb
        moduleload syncprov
        TLSCACertificateFile {{certificates.AuthorityFile}}
        TLSCertificateFile {{certificates.ServerFile}}
        TLSCertificateKeyFile {{certificates.ServerKeyFile}}
        database config
        rootdn cn=admin,cn=config
        rootpw {{TruenorthDirectory.AdministratorPassword}}
        database mdb
        maxsize 67108864
        suffix {{TruenorthDirectory.Suffix}}
        rootdn {{TruenorthDirectory.AdministratorDn}}
        rootpw {{TruenorthDirectory.AdministratorPassword}}
        directory {{directory}}/db
        dbnosync
        index objectClass,entryCSN,entryUUID eq
        index uid,mail,mailAlternateAddress,tnAccountStatus,tnMailSendAllowed eq
        {{(hasSyncProvider ? SyncProvider : "")}}
        access to attrs=userPassword by self write by anonymous auth by * none
        access to * by dn.exact="{{TruenorthDirectory.ServiceDn}}" read by self read by * none
        limits dn.exact="{{TruenorthDirectory.ServiceDn}}" size=unlimited time=unlimited

        """;

    private const string SyncProvider = """
        overlay syncprov
        syncprov-checkpoint 100 10
        syncprov-sessionlog 1000
        """;
}
