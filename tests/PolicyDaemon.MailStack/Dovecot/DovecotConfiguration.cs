using System.Net;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.MailStack.Dovecot;

/// <summary>dovecot.conf of a private Dovecot 2.3: IMAP, LMTP, the auth socket for Postfix, quota-status.</summary>
internal static class DovecotConfiguration
{
    /// <summary>Owner of all mail: a bare number, no such user has to exist.</summary>
    internal const uint MailUser = 5000;

    /// <param name="directory">Of this server, absolute.</param>
    internal static string Write(string directory, IPEndPoint imap, string saslSocket, TestCertificates certificates, bool usesLdap) => $$"""
        base_dir = {{directory}}/base
        state_dir = {{directory}}/state
        instance_name = policydaemon-test
        log_path = {{directory}}/dovecot.log
        auth_verbose = yes
        listen = {{imap.Address}}
        protocols = imap lmtp
        default_internal_user = dovecot
        default_login_user = dovenull
        disable_plaintext_auth = no
        auth_mechanisms = plain login
        auth_failure_delay = 0
        auth_cache_size = 0
        ssl = yes
        ssl_cert = <{{certificates.ServerFile}}
        ssl_key = <{{certificates.ServerKeyFile}}
        first_valid_uid = {{MailUser}}
        last_valid_uid = {{MailUser}}
        mail_uid = {{MailUser}}
        mail_gid = {{MailUser}}
        mail_location = maildir:~/Maildir
        mail_plugins = quota
        protocol imap {
          mail_plugins = quota imap_quota
        }
        plugin {
          quota = count:User quota
          quota_vsizes = yes
          quota_grace = 0
          quota_status_success = DUNNO
          quota_status_nouser = DUNNO
          quota_status_overquota = 452 4.2.2 Mailbox is full
        }
        stats_writer_socket_path =
        {{(usesLdap ? LdapPassdb(directory) : PasswdFilePassdb(directory))}}
        userdb {
          driver = passwd-file
          args = username_format=%n {{directory}}/users
        }
        # Without the penalty socket: each failed login would make the next one from the same address wait longer.
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        service imap-login {
          inet_listener imap {
            address = {{imap.Address}}
            port = {{imap.Port}}
          }
          inet_listener imaps {
            port = 0
          }
        }
        service lmtp {
          unix_listener {{directory}}/lmtp {
            mode = 0660
            user = root
            group = postfix
          }
        }
        service auth {
          unix_listener {{saslSocket}} {
            mode = 0660
            user = postfix
            group = postfix
          }
        }
        service quota-status {
          executable = quota-status -p postfix
          unix_listener {{directory}}/quota-status {
            mode = 0660
            user = root
            group = postfix
          }
          client_limit = 1
        }

        """;

    /// <summary>dovecot-ldap.conf.ext: one bind as the person herself answers whether the password is right.</summary>
    internal static string WriteLdap(SlapdServer slapd) => $"""
        uris = {slapd.Url}
        ldap_version = 3
        auth_bind = yes
        auth_bind_userdn = uid=%Ln,{TruenorthDirectory.People}
        base = {TruenorthDirectory.People}

        """;

    private static string LdapPassdb(string directory) => $$"""
        passdb {
          driver = ldap
          args = {{directory}}/ldap.conf
        }
        """;

    private static string PasswdFilePassdb(string directory) => $$"""
        passdb {
          driver = passwd-file
          args = username_format=%n {{directory}}/users
        }
        """;
}
