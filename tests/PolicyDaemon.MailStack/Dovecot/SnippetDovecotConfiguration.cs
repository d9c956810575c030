using System.Net;

namespace PolicyDaemon.MailStack.Dovecot;

/// <summary>dovecot.conf of a private Dovecot without passdb and userdb: all but where it asks for them.</summary>
internal static class SnippetDovecotConfiguration
{
    /// <param name="directory">Of this server, absolute.</param>
    /// <param name="version"><c>2.3</c> or <c>2.4</c>.</param>
    internal static string Write(string directory, string version, IReadOnlyDictionary<string, IPEndPoint> endpoints) => $$"""
        {{(version == "2.4" ? Head24 : Head23)}}
        base_dir = {{directory}}/base
        state_dir = {{directory}}/state
        instance_name = policydaemon-test
        log_path = {{directory}}/dovecot.log
        listen = {{endpoints["imap"].Address}}
        protocols = imap pop3 lmtp sieve
        ssl = no
        service imap-login {
          inet_listener imap {
            port = {{endpoints["imap"].Port}}
          }
          inet_listener imaps {
            port = 0
          }
        }
        service pop3-login {
          inet_listener pop3 {
            port = {{endpoints["pop3"].Port}}
          }
          inet_listener pop3s {
            port = 0
          }
        }
        service managesieve-login {
          inet_listener sieve {
            port = {{endpoints["sieve"].Port}}
          }
        }
        service quota-status {
          executable = quota-status -p postfix
          unix_listener {{directory}}/quota-status {
            mode = 0666
          }
          client_limit = 1
        }
        service lmtp {
          unix_listener {{directory}}/lmtp {
            mode = 0660
            user = root
            group = postfix
          }
        }

        """;

    private const string Head23 = """
        disable_plaintext_auth = no
        stats_writer_socket_path =
        mail_plugins = quota
        plugin {
          quota = count:User quota
          quota_vsizes = yes
          quota_grace = 0
          quota_status_success = DUNNO
          quota_status_nouser = DUNNO nobody
          quota_status_overquota = 452 4.2.2 Mailbox is full
          quota_status_toolarge = 452 4.2.2 Message is too large
        }
        """;

    private const string Head24 = """
        dovecot_config_version = 2.4.1
        dovecot_storage_version = 2.4.1
        auth_allow_cleartext = yes
        mail_plugins = quota
        quota "User quota" {
        }
        quota_storage_grace = 0
        quota_status_success = DUNNO
        quota_status_nouser = DUNNO nobody
        quota_status_overquota = 452 4.2.2 Mailbox is full
        quota_status_toolarge = 452 4.2.2 Message is too large
        """;
}
