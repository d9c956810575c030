using PolicyDaemon.Doctor.Certificates;
using PolicyDaemon.Doctor.Dovecot;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

/// <summary>What <c>doveconf -n</c> of Dovecot 2.3.19 and 2.4.1 prints.</summary>
public sealed class DovecotConfigurationTests
{
    private const string Old = """
        # 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf
        # OS: Linux 6.1.0 x86_64 Debian 12.11 ext4
        auth_cache_size = 10 M
        mail_plugins = quota
        service lmtp {
          inet_listener lmtp {
            address = 127.0.0.1 ::1
            port = 24
          }
          unix_listener /var/spool/postfix/private/dovecot-lmtp {
            group = postfix
            mode = 0600
          }
          unix_listener lmtp {
            mode = 0
          }
        }
        ssl_cert = </etc/ssl/mx.pem
        ssl_key = # hidden, use -P to show it
        protocol lmtp {
          mail_plugins = quota sieve
        }
        local_name example.org {
          ssl_cert = </etc/ssl/example.org.pem
        }
        """;

    private const string New = """
        # 2.4.1-4 (7d8c0e5759): /etc/dovecot/dovecot.conf
        auth_cache_size = 10M
        base_dir = /run/dovecot-two
        mail_plugins {
          quota = yes
          fts = no
        }
        protocol lmtp {
          mail_plugins {
            sieve = yes
          }
        }
        ssl_server {
          cert_file = /etc/ssl/mx.pem
          key_file = /etc/ssl/mx.key
        }
        service lmtp {
          unix_listener lmtp {
            mode = 0660
          }
        }
        local_name example.org {
          ssl_server {
            cert_file = /etc/ssl/example.org.pem
          }
        }
        """;

    [Theory]
    [InlineData(Old, "2.3.19.1", "10 M", "0"), InlineData(New, "2.4.1-4", "10M", "10")]
    public void Settings_are_found_in_either_form(string printed, string version, string cache, string concurrency)
    {
        DovecotConfiguration dovecot = DovecotConfiguration.Parse(printed);

        Assert.Equal((version, cache, concurrency), (dovecot.Version, dovecot.All.Find("auth_cache_size"), dovecot.UserConcurrencyLimit));
        Assert.Equal((true, true, false), (dovecot.HasDeliveryPlugin("quota"), dovecot.HasDeliveryPlugin("sieve"), dovecot.HasDeliveryPlugin("fts")));
        Assert.Equal(["/etc/ssl/example.org.pem", "/etc/ssl/mx.pem"], ShownCertificates.Of(dovecot).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sockets_of_delivery_are_those_that_are_on()
    {
        Assert.Equal(["/var/spool/postfix/private/dovecot-lmtp"], DovecotConfiguration.Parse(Old).DeliverySockets);
        Assert.Equal(["/run/dovecot-two/lmtp"], DovecotConfiguration.Parse(New).DeliverySockets);
    }

    [Fact]
    public void Braces_that_nobody_opened_end_nothing()
    {
        Assert.Equal("1", DovecotConfiguration.Parse("}\n}\na = 1\nb {\nc = 2\n").All.Find("a"));
        Assert.Equal("", DovecotConfiguration.Parse("").Version);
    }
}
