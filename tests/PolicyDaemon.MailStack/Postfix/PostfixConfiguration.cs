namespace PolicyDaemon.MailStack.Postfix;

/// <summary>The minimal main.cf and master.cf of a private Postfix 3.7 or later: no DNS, nothing outside its directory, all limits for clients off.</summary>
internal static class PostfixConfiguration
{
    /// <param name="directory">Of this server, absolute.</param>
    internal static string MainCf(string directory, MailStackRoot root, PostfixOptions options) => $$"""
        compatibility_level = 3.6
        queue_directory = {{directory}}/spool
        data_directory = {{directory}}/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        shlib_directory = /usr/lib/postfix
        # Read only: dynamicmaps.cf, without which there is no ldap table.
        meta_directory = /etc/postfix
        mail_owner = postfix
        setgid_group = postdrop
        maillog_file = {{directory}}/log/mail.log
        # Without it a log outside /var is refused.
        maillog_file_prefixes = {{directory}}/log
        syslog_name = {{options.Name}}
        # Only addresses that an interface names are legal here; the services listen where master.cf says.
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = mail.truenorth.local
        mydestination =
        # A test that wants to be trusted connects from this address; 127.0.0.1 is an outsider.
        mynetworks = {{PostfixServer.TrustedClient}}/32
        alias_maps =
        alias_database =
        local_recipient_maps =
        smtpd_peername_lookup = no
        smtp_dns_support_level = disabled
        notify_classes =
        virtual_mailbox_domains = inline:{ { truenorth.local = 1 } }
        virtual_mailbox_maps = inline:{ {{string.Concat(options.Recipients.Select(recipient => $"{{ {recipient} = x }} "))}} }
        virtual_transport = {{options.VirtualTransport}}
        default_transport = discard:
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = {{options.SaslPath ?? "private/auth"}}
        smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
        smtpd_tls_security_level = may
        smtpd_tls_cert_file = {{root.Certificates.ServerFile}}
        smtpd_tls_key_file = {{root.Certificates.ServerKeyFile}}
        smtpd_authorized_xclient_hosts = 127.0.0.1
        queue_run_delay = 5s
        minimal_backoff_time = 5s
        maximal_backoff_time = 10s
        maximal_queue_lifetime = 1h
        bounce_queue_lifetime = 1h
        smtpd_client_connection_count_limit = 0
        smtpd_soft_error_limit = 1000
        smtpd_hard_error_limit = 1000
        smtpd_error_sleep_time = 0
        in_flow_delay = 0
        # A service that cannot start is tried again after this time, and is silent until then.
        service_throttle_time = 1s
        """;

    internal const string SmtpService = "smtp inet n - n - - smtpd\n";

    internal const string SubmissionService = """
        submission inet n - n - - smtpd
          -o smtpd_sasl_auth_enable=yes
          -o smtpd_tls_auth_only=no
          -o { smtpd_recipient_restrictions = permit_sasl_authenticated, reject }
        """;

    internal const string InternalServices = """
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        proxywrite unix - - n - 1 proxymap
        smtp unix - - n - - smtp
        relay unix - - n - - smtp
        showq unix n - n - - showq
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        lmtp unix - - n - - lmtp
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd
        """;
}
