namespace PolicyDaemon.MailStack.Slapd;

/// <summary>slapd.conf(5) of a private server. Order matters: schema, modules, TLS, then databases with what belongs to each.</summary>
internal static class SlapdConfiguration
{
    /// <param name="directory">Of this server, absolute.</param>
    internal static string Write(string directory, TestCertificates certificates, SlapdOptions options) => $$"""
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        include {{directory}}/tn.schema
        pidfile {{directory}}/slapd.pid
        modulepath /usr/lib/ldap
        moduleload back_mdb
        {{options.Lines?.Modules ?? "moduleload syncprov"}}
        TLSCACertificateFile {{certificates.AuthorityFile}}
        TLSCertificateFile {{certificates.ServerFile}}
        TLSCertificateKeyFile {{certificates.ServerKeyFile}}
        database config
        rootdn cn=admin,cn=config
        rootpw {{TruenorthDirectory.AdministratorPassword}}
        database mdb
        maxsize {{options.MaxSize}}
        suffix {{TruenorthDirectory.Suffix}}
        rootdn {{TruenorthDirectory.AdministratorDn}}
        rootpw {{TruenorthDirectory.AdministratorPassword}}
        directory {{directory}}/db
        dbnosync
        {{options.Lines?.Database ?? Database(options)}}

        """;

    private static string Database(SlapdOptions options) => $"""
        index objectClass,entryCSN,entryUUID eq
        index uid,mail,mailAlternateAddress,tnAccountStatus,tnMailSendAllowed eq
        {(options.ReplicaOf is { } provider ? Replica(provider) : "")}
        {(options.HasSyncProvider ? SyncProvider(options) : "")}
        {options.Access}
        limits dn.exact="{TruenorthDirectory.ServiceDn}" size={options.SizeLimit} time=unlimited
        """;

    private static string SyncProvider(SlapdOptions options) => $"""
        overlay syncprov
        syncprov-checkpoint {options.CheckpointWrites} 10
        {(options.SessionLog > 0 ? $"syncprov-sessionlog {options.SessionLog}" : "")}
        """;

    private static string Replica(string provider) => $"""
        syncrepl rid=001 provider={provider} type=refreshAndPersist retry="1 +" searchbase="{TruenorthDirectory.Suffix}"
          bindmethod=simple binddn="{TruenorthDirectory.AdministratorDn}" credentials={TruenorthDirectory.AdministratorPassword}
        updateref {provider}
        """;
}
